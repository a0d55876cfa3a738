using QueueInference.Core.Messaging;

namespace QueueInference.Worker.Batching;

/// <summary>How many jobs one broker message may carry: a fast model moves in bulk, a slow one job by job. Pure.</summary>
internal static class GroupBound
{
    // A worker must not hoard what another could run; 20 ms nobody misses, and small groups cost twice the CPU outside of it (bench/RESULTS.md).
    private const double MostMilliseconds = 20;
    private const int Unmeasured = 8;

    /// <summary>Most jobs in a message, at least 1.</summary>
    /// <param name="rowCost">Milliseconds of device time for each row; null until measured.</param>
    public static int Jobs(double? rowCost) =>
        rowCost is { } cost ? Math.Max(1, (int)Math.Min(MostMilliseconds / Math.Max(cost, 1e-6), JobGroup.MaxJobs)) : Unmeasured;
}
