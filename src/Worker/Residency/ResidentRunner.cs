using System.Buffers;
using QueueInference.Contracts;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Models;

namespace QueueInference.Worker.Residency;

/// <summary>A model that may be in memory or not. Whoever takes it out knows that nothing runs.</summary>
/// <param name="found">Where it lies.</param>
/// <param name="signature">What it declares, known from its check.</param>
/// <param name="device">Where it runs when it is in memory.</param>
/// <param name="bytes">The memory it takes, as far as is known.</param>
internal sealed class ResidentRunner(FoundVersion found, ModelSignature signature, string device, long bytes) : IModelRunner
{
    private volatile IModelRunner? _runner;

    public FoundVersion Found => found;

    public ModelSignature Signature => signature;

    public string Device => device;

    /// <summary>The memory it takes: what its check took, or its files if they are larger.</summary>
    public long Bytes => bytes;

    public int Slots { get; private set; } = 1;

    public IReadOnlyList<ProviderShare> Providers { get; private set; } = [];

    /// <summary>Whether it is in memory.</summary>
    public bool IsIn => _runner is not null;

    /// <summary>The options that were found best at its first load; null before.</summary>
    public InferenceOptions? Options { get; private set; }

    /// <summary>How long it took to bring it in, the last time.</summary>
    public TimeSpan LoadTime { get; set; }

    /// <summary>It is in memory.</summary>
    public void Put(IModelRunner runner, InferenceOptions options)
    {
        (Slots, Providers, Options) = (runner.Slots, runner.Providers, options);
        _runner = runner;
    }

    /// <summary>Takes it out.</summary>
    public void TakeOut() => Interlocked.Exchange(ref _runner, null)?.Dispose();

    /// <summary>Takes it out, with what its first load found: the next one is the first again.</summary>
    public void Forget()
    {
        Options = null;
        TakeOut();
    }

    public ModelOutputs Run(IReadOnlyList<Tensor> inputs, CancellationToken cancellationToken = default) => In().Run(inputs, cancellationToken);

    public IMemoryOwner<byte> Allocate(int length) => In().Allocate(length);

    public void Dispose() => TakeOut();

    private IModelRunner In() => _runner ?? throw new InferenceException(InferenceFailure.Failed, "The model is not in memory.");
}
