using QueueInference.Contracts;

namespace QueueInference.Worker.Hosting;

/// <summary>How many messages a worker holds for a model. Pure.</summary>
internal static class Prefetch
{
    private const int Least = 16, Most = 1000;

    // RabbitMQ closes a channel whose acknowledgement is 30 minutes late; long before that others should have the jobs.
    private static readonly TimeSpan LongestHold = TimeSpan.FromMinutes(5);

    /// <summary>Enough for the batch that runs and the one that fills, and not more than are run in five minutes.</summary>
    public static int Messages(ModelVersionInfo version)
    {
        var wanted = Math.Clamp(2 * version.MaxBatchSize, Least, Most);
        return version.BatchTimes?.FirstOrDefault(time => time.Chosen) is { } time
            ? (int)Math.Clamp(LongestHold.TotalMilliseconds * time.Rows / (Math.Max(time.Ms, 1e-3) * version.MaxGroupJobs), 1, wanted)
            : wanted;
    }
}
