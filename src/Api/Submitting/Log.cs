namespace QueueInference.Api.Submitting;

internal static partial class Log
{
    [LoggerMessage(111, LogLevel.Error, "A group of {Count} submissions failed")]
    public static partial void GroupFailed(ILogger logger, Exception exception, int count);

    [LoggerMessage(112, LogLevel.Warning, "The broker did not confirm {Count} jobs ({Reason}); the sweeper will look at them")]
    public static partial void PublishFailed(ILogger logger, string reason, int count);

    [LoggerMessage(113, LogLevel.Warning, "The broker does not take messages; submissions are refused until it does")]
    public static partial void GateClosed(ILogger logger);

    [LoggerMessage(114, LogLevel.Information, "The broker takes messages again")]
    public static partial void GateOpened(ILogger logger);
}
