using QueueInference.Contracts;
using QueueInference.Core.Messaging;

namespace QueueInference.Worker.Hosting;

/// <summary>How many messages a worker holds for a model. Pure.</summary>
internal static class Prefetch
{
    private const int Least = 16, Most = 1000;
    private const long MostBytes = 256L << 20;

    // RabbitMQ closes a channel whose acknowledgement is 30 minutes late; long before that others should have the jobs.
    private static readonly TimeSpan LongestHold = TimeSpan.FromMinutes(5);

    /// <summary>Enough for the batch that runs and the one that fills, and not more than are run in five minutes, or than 256 MiB.</summary>
    public static int Messages(ModelVersionInfo version)
    {
        var wanted = Math.Clamp(Math.Min(2 * version.MaxBatchSize, MostBytes / MessageBytes(version)), Least, Most);
        return version.BatchTimes?.FirstOrDefault(time => time.Chosen) is { } time
            ? (int)Math.Clamp(LongestHold.TotalMilliseconds * time.Rows / (Math.Max(time.Ms, 1e-3) * version.MaxGroupJobs), 1, wanted)
            : (int)wanted;
    }

    /// <summary>Bytes of a full message, as far as the signature says.</summary>
    private static long MessageBytes(ModelVersionInfo version) =>
        (long)Math.Clamp(version.MaxGroupJobs * version.Signature.Inputs.Sum(RowBytes), 1, JobGroup.MaxBytes);

    private static double RowBytes(TensorSpec input) =>
        input.Shape.Skip(1).Aggregate((double)input.Datatype.ElementSize(), (bytes, dimension) => bytes * Math.Max(1, dimension));
}
