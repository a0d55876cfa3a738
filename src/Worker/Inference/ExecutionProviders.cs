namespace QueueInference.Worker.Inference;

/// <summary>The names execution providers have in configuration, and what follows from a list of them.</summary>
internal static class ExecutionProviders
{
    public const string Cpu = "cpu";
    public const string Cuda = "cuda";
    public const string TensorRt = "tensorrt";

    /// <summary>Whether the name is one of the three.</summary>
    public static bool IsKnown(string name) => name is Cpu or Cuda or TensorRt;

    /// <summary>Whether the preferred device is a GPU.</summary>
    public static bool StartsWithGpu(IReadOnlyList<string> providers) => providers is [Cuda or TensorRt, ..];

    /// <summary>Our name for a provider of ONNX Runtime; its own where we have none.</summary>
    public static string FromNative(string name) => name switch
    {
        "CPUExecutionProvider" => Cpu,
        "CUDAExecutionProvider" => Cuda,
        "TensorrtExecutionProvider" => TensorRt,
        _ => name,
    };
}
