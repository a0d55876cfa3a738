namespace QueueInference.Worker.Residency;

internal static partial class Log
{
    [LoggerMessage(601, LogLevel.Information, "Brought {Model} version {Version} into memory in {Milliseconds:0} ms")]
    public static partial void BroughtIn(ILogger logger, string model, int version, double milliseconds);

    [LoggerMessage(602, LogLevel.Information, "Put {Model} version {Version} out of memory to make room")]
    public static partial void PutOut(ILogger logger, string model, int version);

    [LoggerMessage(603, LogLevel.Error, "{Model} version {Version} could not be brought into memory: {Reason}")]
    public static partial void NotBroughtIn(ILogger logger, string model, int version, string reason, Exception exception);

    [LoggerMessage(605, LogLevel.Error, "What is in memory could not be looked after this time")]
    public static partial void StepFailed(ILogger logger, Exception exception);

    [LoggerMessage(604, LogLevel.Warning, "It is not known this time for which models jobs wait: {Reason}")]
    public static partial void NotAsked(ILogger logger, string reason, Exception exception);
}
