namespace QueueInference.Worker.Inference;

/// <summary>How sessions are made.</summary>
internal sealed record InferenceOptions
{
    /// <summary>Threads one run may use on the CPU.</summary>
    /// <value>The default is 0: every core, or 1 where the first execution provider is a GPU, which needs no more.</value>
    public int IntraOpThreads { get; init; }

    /// <summary>Execution providers in order of preference: <c>cpu</c>, <c>cuda</c>, <c>tensorrt</c>.</summary>
    /// <value>The default is <c>cpu</c> alone. Without <c>cpu</c> in it, a model that needs the CPU is refused.</value>
    public IReadOnlyList<string> ExecutionProviders { get; init; } = [Inference.ExecutionProviders.Cpu];

    /// <summary><see cref="IntraOpThreads"/> with its default resolved.</summary>
    public int EffectiveThreads => IntraOpThreads > 0 ? IntraOpThreads
        : Inference.ExecutionProviders.StartsWithGpu(ExecutionProviders) ? 1 : Environment.ProcessorCount;
}
