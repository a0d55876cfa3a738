namespace QueueInference.Worker.Inference;

internal static partial class Log
{
    [LoggerMessage(401, LogLevel.Warning, "{Path}: {OnCpu} of {All} nodes run on the CPU, and data moves between it and the GPU.")]
    public static partial void PartlyOnCpu(ILogger logger, string path, int onCpu, int all);

    [LoggerMessage(402, LogLevel.Warning, "{Path}: there is no page-locked memory on {Device}; copies to and from it take longer.")]
    public static partial void NotPinned(ILogger logger, string path, string device, Exception exception);
}
