namespace QueueInference.Worker.Hosting;

internal static partial class Log
{
    [LoggerMessage(301, LogLevel.Information, "Serving {Models}")]
    public static partial void Serving(ILogger logger, string models);

    [LoggerMessage(302, LogLevel.Warning, "The model repository holds nothing that can be served. Put a model at <models>/<name>/1/model.onnx and start again.")]
    public static partial void NothingToServe(ILogger logger);

    [LoggerMessage(303, LogLevel.Warning, "Not yet: {Reason}")]
    public static partial void NotYet(ILogger logger, string reason);

    [LoggerMessage(304, LogLevel.Information, "Drained; {Left} jobs left to their leases")]
    public static partial void Drained(ILogger logger, int left);
}
