namespace QueueInference.Worker.Inference;

/// <summary>What is worth measuring on a CPU: one run on all cores, or a run on each core.</summary>
internal static class CpuVariants
{
    /// <summary>Both where the number of threads is left open; else the options as they are.</summary>
    public static IReadOnlyList<InferenceOptions> Of(InferenceOptions options) =>
        options.IntraOpThreads == 0 && options.EffectiveThreads > 1 ? [options, options with { IntraOpThreads = 1 }] : [options];
}
