namespace QueueInference.Api.Bulk;

internal static partial class Log
{
    [LoggerMessage(131, LogLevel.Error, "An item of a bulk failed with an exception that nothing expected")]
    public static partial void ItemFailed(ILogger logger, Exception exception);
}
