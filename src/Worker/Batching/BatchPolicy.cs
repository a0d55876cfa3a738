using QueueInference.Worker.Jobs;

namespace QueueInference.Worker.Batching;

/// <summary>Decides what runs next. Pure.</summary>
internal static class BatchPolicy
{
    /// <summary>How far behind the head of the queue jobs of equal shape are looked for, in batches.</summary>
    private const int LookAhead = 4;

    /// <summary>Priority, then deadline, then submission.</summary>
    public static int Compare(HeldJob a, HeldJob b)
    {
        var byPriority = a.Spec.Priority.CompareTo(b.Spec.Priority);
        if (byPriority != 0)
        {
            return byPriority;
        }

        var byDeadline = (a.Spec.Deadline ?? long.MaxValue).CompareTo(b.Spec.Deadline ?? long.MaxValue);
        return byDeadline != 0 ? byDeadline : a.Spec.CreatedAt.CompareTo(b.Spec.CreatedAt);
    }

    /// <summary>The jobs to run now, from a queue that is in order; at least the first one.</summary>
    /// <param name="waiting">In order, not empty.</param>
    /// <param name="maxRows">Most rows together; a single job may bring more.</param>
    public static List<HeldJob> Select(IReadOnlyList<HeldJob> waiting, int maxRows)
    {
        var head = waiting[0];
        List<HeldJob> batch = [head];
        var rows = head.Rows;
        for (var i = 1; i < waiting.Count && i < LookAhead * maxRows && rows < maxRows && !head.Alone; i++)
        {
            var job = waiting[i];
            if (!job.Alone && job.ShapeKey == head.ShapeKey && rows + job.Rows <= maxRows)
            {
                batch.Add(job);
                rows += job.Rows;
            }
        }

        return batch;
    }
}
