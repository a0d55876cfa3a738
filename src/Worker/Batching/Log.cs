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

    [LoggerMessage(207, LogLevel.Error, "A batch of {Model} could not be staged ahead")]
    public static partial void StagingFailed(ILogger logger, Exception exception, string model);

    [LoggerMessage(205, LogLevel.Information, "Jobs of {Model} were run together and alone; may they share a batch: {Safe}")]
    public static partial void SharingChecked(ILogger logger, string model, bool safe);

    [LoggerMessage(206, LogLevel.Warning, "Whether jobs of {Model} may share a batch could not be checked with these; they run alone")]
    public static partial void SharingUnchecked(ILogger logger, Exception exception, string model);
}
