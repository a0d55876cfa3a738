using QueueInference.Contracts;
using QueueInference.Worker.Inference;

namespace QueueInference.Worker.Models;

/// <summary>A version that is in memory and warm.</summary>
/// <param name="Info">What the worker announces about it.</param>
/// <param name="Runner">What runs it; disposed with this.</param>
internal sealed record LoadedModel(ModelVersionInfo Info, IModelRunner Runner) : IDisposable
{
    public void Dispose() => Runner.Dispose();
}
