using QueueInference.Worker.Jobs;

namespace QueueInference.Worker.Batching;

/// <summary>Decides what runs next. Pure.</summary>
internal static class BatchPolicy
{
    /// <summary>How far behind the head of the queue jobs of equal shape are looked for, in batches.</summary>
    public const int LookAhead = 4;

    /// <summary>A wait this long is worth one level of priority, so that nothing starves.</summary>
    public static readonly TimeSpan AgeingStep = TimeSpan.FromSeconds(10);

    /// <summary>Within one level: deadline, then submission.</summary>
    public static int Compare(HeldJob a, HeldJob b)
    {
        var byDeadline = (a.Spec.Deadline ?? long.MaxValue).CompareTo(b.Spec.Deadline ?? long.MaxValue);
        return byDeadline != 0 ? byDeadline : a.Spec.CreatedAt.CompareTo(b.Spec.CreatedAt);
    }

    /// <summary>The level a job has reached by waiting, 0 the most urgent.</summary>
    /// <param name="job">The job.</param>
    /// <param name="now">Unix milliseconds.</param>
    public static int Level(HeldJob job, long now) =>
        (int)Math.Max(0, (int)job.Spec.Priority - ((now - job.ClaimedAt) / (long)AgeingStep.TotalMilliseconds));

    /// <summary>Sorts what is near the head of the queue: what may share a batch with the head, which is the jobs of its shape, or the head alone; and what must not start any more.</summary>
    /// <param name="inOrder">The most urgent first.</param>
    /// <param name="maxRows">Most rows a batch may ever have.</param>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="candidates">To be added to.</param>
    /// <param name="expired">To be added to.</param>
    public static void Sort(IEnumerable<HeldJob> inOrder, int maxRows, long now, List<HeldJob> candidates, List<HeldJob> expired)
    {
        foreach (var job in inOrder.Take(LookAhead * maxRows))
        {
            if (job.IsExpired(now))
            {
                expired.Add(job);
            }
            else if (candidates.Count == 0 || (!job.Alone && !candidates[0].Alone && job.ShapeKey == candidates[0].ShapeKey))
            {
                candidates.Add(job);
            }
        }
    }

    /// <summary>Fills a batch. The first candidate is always in it, whatever its size.</summary>
    /// <param name="candidates">In order; at least one.</param>
    /// <param name="rows">Rows to run together.</param>
    /// <param name="mayCut">Whether a job that is larger than that is cut; else it runs whole.</param>
    public static List<BatchPart> Fill(IReadOnlyList<HeldJob> candidates, int rows, bool mayCut)
    {
        List<BatchPart> parts = [];
        var left = rows;
        foreach (var job in candidates)
        {
            var take = Take(job, left, rows, mayCut, isHead: parts.Count == 0);
            if (take > 0)
            {
                parts.Add(new BatchPart(job, job.RowsTaken, take));
                left -= take;
            }

            if (left <= 0)
            {
                break;
            }
        }

        return parts;
    }

    private static int Take(HeldJob job, int left, int rows, bool mayCut, bool isHead) =>
        job.RowsLeft <= left ? job.RowsLeft
        // Only what fits into no batch is cut: a small job would wait for two batches.
        : mayCut && job.Rows > rows ? left
        : isHead ? job.RowsLeft : 0;
}
