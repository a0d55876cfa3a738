using QueueInference.Contracts;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Inference;

namespace QueueInference.Worker.Models;

/// <summary>Finds out whether sequences may be padded: a padded job must give what it gives at its own length.</summary>
internal static class PaddingSafety
{
    /// <summary>The output that differs most once the job is padded; null where nothing differs.</summary>
    /// <param name="runner">The model.</param>
    /// <param name="buckets">How it is padded.</param>
    /// <param name="job">Inputs that are shorter than their bucket.</param>
    /// <exception cref="InferenceException">The model refuses them, which says nothing.</exception>
    public static OutputDifference? Compare(IModelRunner runner, SequenceBuckets buckets, IReadOnlyList<Tensor> job)
    {
        var length = buckets.Length(job)!.Value;
        var own = BatchSafety.Run(runner, job);
        var padded = BatchSafety.Run(runner, [.. job.Select(input => buckets.Pad(input, buckets.Bucket(length)))]);
        return OutputComparison.Find(own, [.. padded.Select(output => buckets.Cut(output, length))], runner.Device);
    }
}
