namespace QueueInference.Worker.Batching;

internal static partial class Log
{
    [LoggerMessage(201, LogLevel.Warning, "A batch of {Count} jobs failed; it is split")]
    public static partial void BatchSplit(ILogger logger, Exception exception, int count);

    [LoggerMessage(202, LogLevel.Warning, "Job {Id} failed alone")]
    public static partial void JobFailed(ILogger logger, Exception exception, string id);

    [LoggerMessage(203, LogLevel.Error, "The batch loop of {Model} met a fault of its own; its jobs are given back")]
    public static partial void LoopFailed(ILogger logger, Exception exception, string model);

    [LoggerMessage(204, LogLevel.Error, "A run took longer than {Seconds} s and is asked to stop")]
    public static partial void RunStopped(ILogger logger, double seconds);
}
