namespace QueueInference.Worker.Hosting;

internal static partial class Log
{
    [LoggerMessage(301, LogLevel.Information, "Serving {Models}")]
    public static partial void Serving(ILogger logger, string models);

    [LoggerMessage(302, LogLevel.Warning, "The model repository holds nothing that can be served. Put a model at <models>/<name>/1/model.onnx ; it is found by itself.")]
    public static partial void NothingToServe(ILogger logger);

    [LoggerMessage(303, LogLevel.Warning, "Not yet: {Reason}")]
    public static partial void NotYet(ILogger logger, string reason);

    [LoggerMessage(305, LogLevel.Information, "{Model} version {Version} is served no longer; the jobs that wait for it still run.")]
    public static partial void Removed(ILogger logger, string model, int version);

    [LoggerMessage(306, LogLevel.Warning, "The model repository is empty, which an unmounted share looks like too. What is served stays; to serve nothing, stop the worker.")]
    public static partial void RepositoryGone(ILogger logger);

    [LoggerMessage(307, LogLevel.Warning, "The model repository was not followed this time; what is served stays: {Reason}")]
    public static partial void NotFollowed(ILogger logger, string reason, Exception exception);

    [LoggerMessage(308, LogLevel.Information, "Jobs that name no version of {Model} run on version {Version} now")]
    public static partial void DefaultChanged(ILogger logger, string model, int version);

    [LoggerMessage(309, LogLevel.Error, "What this worker serves was not announced this time: {Reason}")]
    public static partial void NotAnnounced(ILogger logger, string reason, Exception exception);

    [LoggerMessage(310, LogLevel.Error, "{Model} version {Version} is not served: {Reason}")]
    public static partial void Refused(ILogger logger, string model, int version, string reason);

    [LoggerMessage(304, LogLevel.Information, "Drained; {Left} jobs left to their leases")]
    public static partial void Drained(ILogger logger, int left);
}
