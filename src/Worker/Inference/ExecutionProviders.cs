namespace QueueInference.Worker.Inference;

/// <summary>The names execution providers have in configuration.</summary>
internal static class ExecutionProviders
{
    public const string Cpu = "cpu";
    public const string Cuda = "cuda";
    public const string TensorRt = "tensorrt";

    /// <summary>Whether the name is one of the three.</summary>
    public static bool IsKnown(string name) => name is Cpu or Cuda or TensorRt;

    /// <summary>Whether the preferred device is a GPU.</summary>
    public static bool StartsWithGpu(IReadOnlyList<string> providers) => providers is [Cuda or TensorRt, ..];
}
