using QueueInference.Contracts;
using QueueInference.Worker.Inference;

namespace QueueInference.Worker.Jobs;

/// <summary>The outputs of a job that is larger than a batch, as its parts come in.</summary>
/// <param name="rows">Rows of the whole job.</param>
internal sealed class CutJob(int rows)
{
    private readonly SortedList<int, Tensor[]> _parts = [];
    private int _missing = rows;
    private double _milliseconds;
    private bool _failed;

    /// <summary>Run time of all parts.</summary>
    public double InferenceMs => _milliseconds;

    /// <summary>Keeps a copy of a part's outputs; true when it was the last one.</summary>
    public bool Add(int firstRow, int count, IReadOnlyList<Tensor> outputs, double milliseconds)
    {
        lock (_parts)
        {
            _parts.Add(firstRow, [.. outputs.Select(output => output with { Data = output.Data.ToArray() })]);
            _milliseconds += milliseconds;
            return (_missing -= count) == 0 && !_failed;
        }
    }

    /// <summary>A part failed, and with it the job; true for the first one.</summary>
    public bool Fail()
    {
        lock (_parts)
        {
            return !_failed && (_failed = true);
        }
    }

    /// <summary>The outputs of the whole job.</summary>
    public Tensor[] Join() => TensorBatch.Stack([.. _parts.Values]);
}
