using QueueInference.Contracts;

namespace QueueInference.Worker.Inference;

/// <summary>The outputs of one run. Their data belongs to the runner and is gone once this is disposed.</summary>
internal sealed class ModelOutputs(Tensor[] tensors, IDisposable? memory = null) : IDisposable
{
    /// <summary>In the order of the signature.</summary>
    public IReadOnlyList<Tensor> Tensors => tensors;

    public void Dispose() => memory?.Dispose();
}
