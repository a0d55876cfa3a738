namespace QueueInference.Worker.Jobs;

internal static partial class Log
{
    [LoggerMessage(101, LogLevel.Error, "A message could not be read and is parked: {Reason}")]
    public static partial void Unreadable(ILogger logger, string reason);

    [LoggerMessage(102, LogLevel.Error, "A message could not be taken; it is given back")]
    public static partial void IntakeFailed(ILogger logger, Exception exception);

    [LoggerMessage(103, LogLevel.Error, "{Count} ends could not be written while their leases lasted; their messages are given back")]
    public static partial void FinishFailed(ILogger logger, Exception exception, int count);

    [LoggerMessage(104, LogLevel.Information, "Job {Id}: the lease was lost, its result is discarded")]
    public static partial void Fenced(ILogger logger, string id);

    [LoggerMessage(105, LogLevel.Information, "{Count} jobs given back unrun")]
    public static partial void Released(ILogger logger, int count);

    [LoggerMessage(106, LogLevel.Warning, "{Count} jobs could not be released; their leases will run out")]
    public static partial void ReleaseFailed(ILogger logger, Exception exception, int count);

    [LoggerMessage(107, LogLevel.Warning, "Leases could not be renewed")]
    public static partial void RenewFailed(ILogger logger, Exception exception);
}
