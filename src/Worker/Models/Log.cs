namespace QueueInference.Worker.Models;

internal static partial class Log
{
    [LoggerMessage(300, LogLevel.Information, "Loaded {Model} version {Version}; at most {MaxBatchSize} rows run together.")]
    public static partial void Loaded(ILogger logger, string model, int version, int maxBatchSize);

    [LoggerMessage(301, LogLevel.Error, "{Model} version {Version} is not served: {Reason}")]
    public static partial void LoadFailed(ILogger logger, string model, int version, string reason, Exception exception);

    [LoggerMessage(302, LogLevel.Information, "The warm-up of {Model} version {Version} with zeros failed; the model is served all the same.")]
    public static partial void WarmupFailed(ILogger logger, string model, int version, Exception exception);

    [LoggerMessage(303, LogLevel.Warning,
        "{Model} version {Version} does not give one output row for each input row; its jobs run one at a time.")]
    public static partial void NotBatchable(ILogger logger, string model, int version);

    [LoggerMessage(304, LogLevel.Warning,
        "The folder {Folder} is skipped: a model's name has 1 to 64 letters, digits, '-', '_' and '.', and does not start with '.'.")]
    public static partial void NameSkipped(ILogger logger, string folder);

    [LoggerMessage(305, LogLevel.Error, "No version of {Model} is served: {Reason}")]
    public static partial void ModelSkipped(ILogger logger, string model, string reason, Exception exception);

    [LoggerMessage(306, LogLevel.Warning, "{Model} has no version: there is no <version>/model.onnx below its folder.")]
    public static partial void NoVersions(ILogger logger, string model);

    [LoggerMessage(307, LogLevel.Warning, "model.json of {Model} lists version {Version}, which is not there.")]
    public static partial void VersionMissing(ILogger logger, string model, int version);
}
