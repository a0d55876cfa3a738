namespace QueueInference.Worker.Rollouts;

internal static partial class Log
{
    [LoggerMessage(902, LogLevel.Error, "Versions of {Model} could not be compared on a job")]
    public static partial void NotCompared(ILogger logger, Exception exception, string model);

    [LoggerMessage(901, LogLevel.Information, "{Model} version {Version}: {Event}, {Percent} % of the jobs that name none. {Reason}")]
    public static partial void Decided(ILogger logger, string model, int version, string @event, int percent, string reason);
}
