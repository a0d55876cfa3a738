namespace QueueInference.Worker.Inference;

/// <summary>How many runs a device takes side by side.</summary>
internal static class DeviceCapacity
{
    // One batch is copied while the other is computed.
    private const int Gpu = 2;

    /// <summary>Slots of a device: the cores of a CPU, two of anything else.</summary>
    public static int Of(string device) => device == ExecutionProviders.Cpu ? CpuLimit.Cores : Gpu;

    /// <summary>Slots that a run of a model takes: at least one, and at most all there are.</summary>
    public static int SlotsOf(IModelRunner runner) => Math.Clamp(runner.Slots, 1, Of(runner.Device));
}
