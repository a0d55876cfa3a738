using QueueInference.Contracts;

namespace QueueInference.Worker.Inference;

/// <summary>One loaded model version, ready to run.</summary>
/// <remarks>Several threads may call <see cref="Run"/> at once. Dispose it only when no run is under way.</remarks>
internal interface IModelRunner : IDisposable
{
    /// <summary>What the model declares.</summary>
    ModelSignature Signature { get; }

    /// <summary>Runs the model once and blocks until it is done; call it from a thread that may be blocked.</summary>
    /// <param name="inputs">In any order; optional ones may be left out. Their data must not change during the run.</param>
    /// <returns>Every output, in the order of the signature, with data of its own.</returns>
    /// <exception cref="InferenceException">The model did not run; nothing else is thrown.</exception>
    Tensor[] Run(IReadOnlyList<Tensor> inputs);
}
