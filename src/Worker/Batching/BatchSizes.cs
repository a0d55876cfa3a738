namespace QueueInference.Worker.Batching;

/// <summary>The batch sizes of one model version, by shape. Shapes come from clients, so only those used last are kept.</summary>
/// <param name="maxRows">Most rows ever run together.</param>
/// <param name="auto">Whether the sizes are found by measuring; else each is <paramref name="maxRows"/>.</param>
internal sealed class BatchSizes(int maxRows, bool auto = false)
{
    private const int MostShapes = 64;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _shapes = new(StringComparer.Ordinal);
    private long _clock;

    /// <summary>Most rows that may ever run together, whatever the shape.</summary>
    public int MaxRows { get; private set; } = maxRows;

    /// <summary>Most rows that will run together as far as is known; <see cref="MaxRows"/> where nothing was measured.</summary>
    public int Largest => Shapes is { Count: > 0 } shapes ? shapes.Max(shape => shape.Table.Next ?? shape.Table.Chosen) : MaxRows;

    /// <summary>Milliseconds of device time for each row of the shape that is used most, the dearest of several; null until one was measured.</summary>
    public double? RowCost => Shapes.Where(shape => shape.Table.RowCost is not null)
        .OrderBy(shape => shape.Uses).ThenBy(shape => shape.Table.RowCost).Select(shape => shape.Table.RowCost).LastOrDefault();

    /// <summary>The shapes that are known, and how often each was asked for.</summary>
    public IReadOnlyList<(string ShapeKey, BatchSizeTable Table, long Uses)> Shapes
    {
        get
        {
            lock (_lock)
            {
                return [.. _shapes.Select(shape => (shape.Key, shape.Value.Table, shape.Value.Uses))];
            }
        }
    }

    /// <summary>The table of a shape.</summary>
    /// <param name="shapeKey">Equal for jobs that share a batch.</param>
    public BatchSizeTable For(string shapeKey)
    {
        lock (_lock)
        {
            var entry = _shapes.TryGetValue(shapeKey, out var known) ? known : Add(shapeKey);
            (entry.UsedAt, entry.Uses) = (++_clock, entry.Uses + 1);
            return entry.Table;
        }
    }

    /// <summary>Begins with what was measured of a model that is like this one; its own runs soon count for more.</summary>
    public void TakeOver(BatchSizes other)
    {
        foreach (var (shapeKey, table, _) in other.Shapes)
        {
            For(shapeKey).TakeOver(table.Times);
        }
    }

    /// <summary>From now on at most so many rows run together, whatever the shape.</summary>
    public void LimitTo(int rows)
    {
        lock (_lock)
        {
            MaxRows = Math.Clamp(rows, 1, MaxRows);
            _shapes.Values.ToList().ForEach(entry => entry.Table.LimitTo(rows));
        }
    }

    private Entry Add(string shapeKey)
    {
        if (_shapes.Count >= MostShapes)
        {
            _shapes.Remove(_shapes.MinBy(shape => shape.Value.UsedAt).Key);
        }

        return _shapes[shapeKey] = new Entry(new BatchSizeTable(MaxRows, auto));
    }

    private sealed class Entry(BatchSizeTable table)
    {
        public BatchSizeTable Table => table;

        public long UsedAt { get; set; }

        public long Uses { get; set; }
    }
}
