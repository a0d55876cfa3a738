namespace QueueInference.Worker.Drift;

internal static partial class Log
{
    [LoggerMessage(702, LogLevel.Error, "A row was not counted")]
    public static partial void NotCounted(ILogger logger, Exception exception);

    [LoggerMessage(701, LogLevel.Error, "How inputs and outputs are distributed was not told this time: {Reason}")]
    public static partial void NotTold(ILogger logger, string reason, Exception exception);
}
