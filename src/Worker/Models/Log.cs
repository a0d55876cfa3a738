namespace QueueInference.Worker.Models;

internal static partial class Log
{
    [LoggerMessage(300, LogLevel.Information, "Loaded {Model} version {Version} on {Device} ({Providers}); at most {MaxBatchSize} rows run together.")]
    public static partial void Loaded(ILogger logger, string model, int version, string device, string providers, int maxBatchSize);

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

    [LoggerMessage(320, LogLevel.Warning, "The model repository {Address} was not pulled this time; what is here stays: {Reason}")]
    public static partial void NotPulled(ILogger logger, string address, string reason, Exception exception);

    [LoggerMessage(307, LogLevel.Warning, "model.json of {Model} lists version {Version}, which is not there.")]
    public static partial void VersionMissing(ILogger logger, string model, int version);

    [LoggerMessage(308, LogLevel.Warning,
        "{Model} version {Version} mixes the rows of its batch, so its jobs run one at a time: with other rows, {Difference}.")]
    public static partial void BatchUnsafe(ILogger logger, string model, int version, OutputDifference difference);

    [LoggerMessage(309, LogLevel.Information, "{Model} version {Version} refused made-up data; whether its rows influence each other is not known yet.")]
    public static partial void BatchingUnchecked(ILogger logger, string model, int version, Exception exception);

    [LoggerMessage(310, LogLevel.Warning,
        "{Model} version {Version} looks at padded positions, so its sequences are not padded: with padding, {Difference}.")]
    public static partial void PaddingUnsafe(ILogger logger, string model, int version, OutputDifference difference);

    [LoggerMessage(311, LogLevel.Warning, "{Model} version {Version} refused made-up data; its sequences are padded without knowing whether it looks at the padding.")]
    public static partial void PaddingUnchecked(ILogger logger, string model, int version, Exception exception);

    [LoggerMessage(313, LogLevel.Information, "{Model} version {Version} refused jobs that another version has answered; the jobs it gets will tell.")]
    public static partial void RehearsalFailed(ILogger logger, string model, int version, Exception exception);

    [LoggerMessage(312, LogLevel.Information, "The run times of {Model} version {Version} could not be measured at start; its jobs will tell.")]
    public static partial void MeasuringFailed(ILogger logger, string model, int version, Exception exception);
}
