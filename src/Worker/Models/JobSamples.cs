using QueueInference.Contracts;
using QueueInference.Worker.Inference;

namespace QueueInference.Worker.Models;

/// <summary>Copies of a few jobs that a version has answered, one row each: shapes and values that real jobs have cannot be made up.</summary>
internal sealed class JobSamples
{
    // Three jobs have a first, a middle and a last row.
    private const int Most = 3;
    private const long MostBytes = 1 << 20, EveryMs = 1000;
    private volatile Tensor[][] _jobs = [];
    private long _takenAt = long.MinValue / 2;

    /// <summary>The last ones of the shape that came last, the newest first.</summary>
    public IReadOnlyList<Tensor[]> Jobs => _jobs is { Length: > 0 } jobs ? [.. jobs.Where(job => TensorBatch.HaveSameShape(job, jobs[0]))] : [];

    /// <summary>Copies a job now and then. One caller at a time is enough: who is late copies none.</summary>
    /// <param name="signature">What it fits.</param>
    /// <param name="inputs">The inputs of a job that was answered.</param>
    /// <param name="now">Unix milliseconds.</param>
    public void Offer(ModelSignature signature, IReadOnlyList<Tensor> inputs, long now)
    {
        var taken = Volatile.Read(ref _takenAt);
        if (now - taken < EveryMs || Interlocked.CompareExchange(ref _takenAt, now, taken) != taken)
        {
            return;
        }

        var row = signature.Batchable ? TensorBatch.Rows(inputs, 0, 1) : inputs;
        if (row.Sum(input => (long)input.Data.Length) <= MostBytes)
        {
            _jobs = [[.. row.Select(input => input with { Data = input.Data.ToArray() })], .. _jobs.Take(Most - 1)];
        }
    }
}
