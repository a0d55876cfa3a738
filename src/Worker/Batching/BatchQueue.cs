using QueueInference.Contracts;
using QueueInference.Worker.Jobs;

namespace QueueInference.Worker.Batching;

/// <summary>Jobs that wait for one model version, the most urgent first. Its owner locks.</summary>
internal sealed class BatchQueue
{
    private static readonly Comparer<HeldJob> Order = Comparer<HeldJob>.Create(BatchPolicy.Compare);
    private readonly List<HeldJob>[] _levels = [.. Enum.GetValues<JobPriority>().Select(_ => new List<HeldJob>())];

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty => Array.TrueForAll(_levels, level => level.Count == 0);

    public void Add(HeldJob job)
    {
        var level = _levels[(int)job.Spec.Priority];
        // Behind its equals, so that jobs of one millisecond keep their order. Most come last.
        var at = level.Count;
        while (at > 0 && Order.Compare(level[at - 1], job) > 0)
        {
            at--;
        }

        level.Insert(at, job);
    }

    /// <summary>Everything that waits, as it is to run: by level, raised by waiting, then as <see cref="BatchPolicy.Compare"/> says.</summary>
    /// <param name="now">Unix milliseconds.</param>
    public IEnumerable<HeldJob> InOrder(long now)
    {
        var next = new int[_levels.Length];
        while (MostUrgent(next, now) is { } level)
        {
            yield return _levels[level][next[level]++];
        }
    }

    /// <summary>Takes some out, in no order.</summary>
    public IReadOnlyList<HeldJob> Remove(Predicate<HeldJob> chosen)
    {
        List<HeldJob> removed = [.. _levels.SelectMany(level => level.FindAll(chosen))];
        var leaving = removed.ToHashSet();
        Array.ForEach(_levels, level => level.RemoveAll(leaving.Contains));
        return removed;
    }

    /// <summary>Drops what is gone, and what has all its rows in batches.</summary>
    public void RemoveTaken() => Array.ForEach(_levels, level => level.RemoveAll(job => job.Phase == HeldPhase.Gone || job.RowsLeft == 0));

    private int? MostUrgent(int[] next, long now)
    {
        int? best = null;
        for (var level = 0; level < _levels.Length; level++)
        {
            if (next[level] < _levels[level].Count && (best is not { } other || IsBefore(_levels[level][next[level]], _levels[other][next[other]], now)))
            {
                best = level;
            }
        }

        return best;
    }

    private static bool IsBefore(HeldJob job, HeldJob other, long now)
    {
        var byLevel = BatchPolicy.Level(job, now).CompareTo(BatchPolicy.Level(other, now));
        return byLevel != 0 ? byLevel < 0 : Order.Compare(job, other) < 0;
    }
}
