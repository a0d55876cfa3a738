namespace QueueInference.Worker.Rollouts;

/// <summary>Which jobs a candidate gets. Pure.</summary>
internal static class CanaryShare
{
    private const int Parts = 10_000;

    /// <summary>Whether a job is in the share: the same one always, on every worker, and in every larger share too.</summary>
    public static bool Takes(string jobId, int percent)
    {
        // FNV-1a, whose lower bits are spread at the end.
        var hash = 2166136261u;
        foreach (var letter in jobId)
        {
            hash = (hash ^ letter) * 16777619u;
        }

        hash = (hash ^ (hash >> 16)) * 0x7feb352du;
        hash ^= hash >> 15;
        return hash % Parts < percent * (Parts / 100);
    }
}
