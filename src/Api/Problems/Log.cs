namespace QueueInference.Api.Problems;

/// <summary>What this feature logs.</summary>
internal static partial class Log
{
    [LoggerMessage(700, LogLevel.Error, "A request failed with an exception that nothing expected", EventName = nameof(RequestFailed))]
    public static partial void RequestFailed(ILogger logger, Exception error);
}
