using QueueInference.Worker.Inference;

namespace QueueInference.Worker.Batching;

/// <summary>A version's model, lent for runs that are no jobs: it is not unloaded before it is given back.</summary>
/// <param name="runner">The model.</param>
/// <param name="end">Gives it back.</param>
internal sealed class LaneLoan(IModelRunner runner, Action end) : IDisposable
{
    public IModelRunner Runner => runner;

    public void Dispose() => end();
}
