using QueueInference.Contracts;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Inference;

namespace QueueInference.Worker.Models;

/// <summary>A version that is in memory and warm.</summary>
/// <param name="Info">What the worker announces about it.</param>
/// <param name="Runner">What runs it; disposed with this.</param>
/// <param name="Settings">What <c>model.json</c> says.</param>
/// <param name="BatchSizes">Run times by shape and rows, and the rows to run together.</param>
internal sealed record LoadedModel(ModelVersionInfo Info, IModelRunner Runner, ModelSettings Settings, BatchSizes BatchSizes) : IDisposable
{
    public SequenceBuckets? Buckets { get; init; }

    public void Dispose() => Runner.Dispose();
}
