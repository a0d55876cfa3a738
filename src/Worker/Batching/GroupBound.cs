namespace QueueInference.Worker.Batching;

/// <summary>How many jobs one broker message may carry: a fast model moves in bulk, a slow one job by job. Pure.</summary>
internal static class GroupBound
{
    // A worker must not hoard what another could run; 5 ms nobody misses.
    private const double MostMilliseconds = 5;
    private const int MostJobs = 64, Unmeasured = 8;

    /// <summary>Most jobs in a message, at least 1.</summary>
    /// <param name="rowCost">Milliseconds of device time for each row; null until measured.</param>
    /// <param name="bestBatch">Rows of the best batch; null where jobs run one at a time.</param>
    public static int Jobs(double? rowCost, int? bestBatch) => rowCost is not { } cost
        ? Unmeasured
        : Math.Max(1, (int)Math.Min(MostMilliseconds / Math.Max(cost, 1e-6), Math.Min(bestBatch ?? MostJobs, MostJobs)));
}
