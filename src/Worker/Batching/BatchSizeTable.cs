namespace QueueInference.Worker.Batching;

/// <summary>Run times of one shape by rows, and the size that follows from them. The sizes are 1, 2, 4, 8 and so on, and the largest allowed.</summary>
/// <remarks>Device threads write, anyone reads.</remarks>
/// <param name="maxRows">Most rows ever run together.</param>
/// <param name="auto">Whether the size is found by measuring; else it is <paramref name="maxRows"/>, and times are only recorded.</param>
internal sealed class BatchSizeTable(int maxRows, bool auto = false)
{
    // Six of 256 batches at a neighbour's speed cost nearly nothing, and find out when the machine has changed.
    private const int RefreshEvery = 256, RefreshRuns = 6;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, RunTimes> _runs = [];
    /// <summary>Made anew when a run was observed: it is asked for whenever a job arrives.</summary>
    private volatile View _view = View.Of(maxRows, auto, []);
    private int _full;

    /// <summary>The sizes that may be run, ascending.</summary>
    public IReadOnlyList<int> Sizes => _view.Sizes;

    /// <summary>What was measured, ascending by rows.</summary>
    public IReadOnlyList<BatchTime> Times => _view.Times;

    /// <summary>The size that is best as far as is known: the smallest one where nothing was measured.</summary>
    public int Chosen => _view.Chosen;

    /// <summary>A larger size that real traffic will try; null where there is none to try.</summary>
    public int? Next => _view.Next;

    /// <summary>Milliseconds of device time for each row at the chosen size, or at the nearest measured one; null until something was measured.</summary>
    public double? RowCost => _view is { Times: { Length: > 0 } times } view ? (times.LastOrDefault(time => time.Rows <= view.Chosen) ?? times[0]).RowCost : null;

    /// <summary>How many rows to run together now, at most.</summary>
    /// <param name="waiting">Rows of this shape that wait: where there are enough, a size that was not measured yet, or not for long, may be tried.</param>
    public int Choose(int waiting)
    {
        lock (_lock)
        {
            var chosen = Chosen;
            return !auto || waiting < chosen ? chosen : Next is { } next ? waiting >= next ? next : chosen : Refresh(chosen, waiting);
        }
    }

    /// <summary>A run of so many rows took so long. Rows between two sizes count for the larger one, in proportion, while it has no runs of its own.</summary>
    public void Observe(int rows, TimeSpan elapsed)
    {
        lock (_lock)
        {
            if (rows < 1 || rows > _view.Limit)
            {
                return;
            }

            var size = Array.Find(_view.Sizes, size => size >= rows);
            var runs = _runs.TryGetValue(size, out var known) ? known : _runs[size] = new RunTimes(size);
            runs.Add(rows, elapsed.TotalMilliseconds);
            Show(_view.Limit);
        }
    }

    /// <summary>Begins with times that were measured elsewhere, as if each had been seen just often enough.</summary>
    public void TakeOver(IEnumerable<BatchTime> times)
    {
        foreach (var time in times)
        {
            // The first of each is forgotten: it stands for the run that finds the memory.
            for (var run = 0; run <= BatchChoice.EnoughSamples; run++)
            {
                Observe(time.Rows, TimeSpan.FromMilliseconds(time.Milliseconds));
            }
        }
    }

    /// <summary>So many rows did not fit into the memory of the device: from now on at most half of them run together.</summary>
    public void OutOfMemory(int rows) => LimitTo(rows / 2);

    /// <summary>From now on at most so many rows, and at least one, run together.</summary>
    public void LimitTo(int rows)
    {
        lock (_lock)
        {
            var limit = Math.Clamp(rows, 1, _view.Limit);
            _runs.Keys.Where(size => size > limit).ToList().ForEach(size => _runs.Remove(size));
            Show(limit);
        }
    }

    /// <summary>The chosen size; now and then a neighbour, so that the table stays true.</summary>
    private int Refresh(int chosen, int waiting)
    {
        var left = RefreshEvery - 1 - (_full++ % RefreshEvery);
        var sizes = _view.Sizes;
        var neighbour = sizes.ElementAtOrDefault(Array.IndexOf(sizes, chosen) + (left % 2 == 0 ? 1 : -1));
        return left < RefreshRuns && neighbour > 0 && neighbour <= waiting ? neighbour : chosen;
    }

    private void Show(int limit) => _view = View.Of(limit, auto, [.. _runs.Values.Select(runs => runs.Time)]);

    private static IEnumerable<int> PowersBelow(int limit)
    {
        for (var size = 1; size < limit; size *= 2)
        {
            yield return size;
        }
    }

    private sealed record View(int Limit, int[] Sizes, BatchTime[] Times, int Chosen, int? Next)
    {
        public static View Of(int limit, bool auto, BatchTime[] times)
        {
            int[] sizes = [.. PowersBelow(limit), limit];
            return new View(limit, sizes, times, auto ? BatchChoice.Best(times) ?? 1 : limit, auto ? BatchChoice.Next(sizes, times) : null);
        }
    }
}
