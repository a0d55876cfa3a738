using QueueInference.Contracts;
using QueueInference.Worker.Inference;

namespace QueueInference.Worker.Batching;

/// <summary>Parts of jobs that run together, and their rows as the inputs of one run.</summary>
/// <param name="Parts">In the order of their rows.</param>
/// <param name="Inputs">The rows of all of them along the first axis; a lone job's inputs as they came.</param>
internal sealed record SealedBatch(IReadOnlyList<BatchPart> Parts, IReadOnlyList<Tensor> Inputs)
{
    /// <summary>Rows of all parts.</summary>
    public int Rows => Parts.Sum(part => part.Rows);

    /// <summary>Elements along the sequence axis after padding; null where nothing was padded.</summary>
    public int? Padded { get; init; }

    /// <summary>Whether rows of one job may run apart.</summary>
    public bool MayCut { get; init; }

    /// <summary>Where its time is kept; null when it tells nothing of other batches of this shape.</summary>
    public BatchSizeTable? SizeTable { get; init; }

    /// <summary>The two halves, by parts; no rows are copied.</summary>
    public (SealedBatch First, SealedBatch Second) Halve()
    {
        var half = Parts.Count / 2;
        var first = this with { Parts = [.. Parts.Take(half)], Inputs = TensorBatch.Rows(Inputs, 0, Parts.Take(half).Sum(part => part.Rows)) };
        return (first, Last(Parts.Count - half));
    }

    /// <summary>The last parts; no rows are copied.</summary>
    public SealedBatch Last(int count)
    {
        var rows = Parts.TakeLast(count).Sum(part => part.Rows);
        return this with { Parts = [.. Parts.TakeLast(count)], Inputs = TensorBatch.Rows(Inputs, Rows - rows, rows) };
    }
}
