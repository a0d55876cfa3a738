using OptionsByProvider = System.Collections.Generic.IReadOnlyDictionary<string, System.Collections.Generic.IReadOnlyDictionary<string, string>>;

namespace QueueInference.Worker.Inference;

/// <summary>How sessions are made.</summary>
internal sealed record InferenceOptions
{
    /// <summary>Threads one run may use on the CPU.</summary>
    /// <value>The default is 0: the whole cores this process may use, or 1 where the first execution provider is a GPU, which needs no more.</value>
    public int IntraOpThreads { get; init; }

    /// <summary>Whether threads that wait for their share of a run keep a core busy.</summary>
    /// <value>The default is false: they would take it from the broker and the store on a shared machine.</value>
    public bool IntraOpSpinning { get; init; }

    /// <summary>Execution providers in order of preference: <c>cpu</c>, <c>cuda</c>, <c>tensorrt</c>.</summary>
    /// <value>The default is <c>cpu</c> alone. Without <c>cpu</c> in it, a model that needs the CPU is refused.</value>
    public IReadOnlyList<string> ExecutionProviders { get; init; } = [Inference.ExecutionProviders.Cpu];

    /// <summary>Options by provider, passed to ONNX Runtime as written.</summary>
    /// <value>The default is none: what <see cref="Inference.ProviderOptions.Given"/> adds is all.</value>
    public OptionsByProvider ProviderOptions { get; init; } = Inference.ProviderOptions.None;

    /// <summary>How long one run of made-up data may take, before a version is served.</summary>
    /// <value>The default is 60 seconds.</value>
    public TimeSpan WarmupLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary><see cref="IntraOpThreads"/> with its default resolved.</summary>
    public int EffectiveThreads => IntraOpThreads > 0 ? IntraOpThreads
        : Inference.ExecutionProviders.StartsWithGpu(ExecutionProviders) ? 1 : CpuLimit.Cores;

    /// <summary>Where the models run: <c>cpu</c>, or <c>cuda:</c> and the number of the GPU.</summary>
    public string Device => Inference.ExecutionProviders.StartsWithGpu(ExecutionProviders)
        ? "cuda:" + Inference.ProviderOptions.DeviceId(ExecutionProviders[0], ProviderOptions)
        : Inference.ExecutionProviders.Cpu;

    /// <summary>These options with those of a model over them.</summary>
    /// <param name="providers">The model's own list; null keeps this one.</param>
    /// <param name="options">The model's own options; they replace single options of these. Null keeps these.</param>
    /// <exception cref="InvalidDataException">They do not fit together; the message holds every reason.</exception>
    public InferenceOptions For(string[]? providers, OptionsByProvider? options)
    {
        var list = providers ?? ExecutionProviders;
        // The worker's options for a provider that this model does not use are none of its concern.
        var kept = ProviderOptions.Where(pair => list.Contains(pair.Key)).ToDictionary();
        var all = Inference.ProviderOptions.Overlay(kept, options ?? Inference.ProviderOptions.None);
        var merged = this with { ExecutionProviders = list, ProviderOptions = all };
        return ProviderFaults.Of(merged) is { Count: > 0 } faults ? throw new InvalidDataException(string.Join(' ', faults)) : merged;
    }
}
