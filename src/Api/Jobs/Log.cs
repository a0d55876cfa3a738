namespace QueueInference.Api.Jobs;

internal static partial class Log
{
    [LoggerMessage(121, LogLevel.Warning, "A sweep could not end: {Reason}")]
    public static partial void SweepFailed(ILogger logger, string reason);

    [LoggerMessage(122, LogLevel.Warning, "Job {Id} was stuck: {Verdict}")]
    public static partial void Swept(ILogger logger, string id, string verdict);

    [LoggerMessage(123, LogLevel.Warning, "Payloads could not be deleted, and will be later: {Reason}")]
    public static partial void CleaningFailed(ILogger logger, string reason);
}
