using System.Buffers;
using QueueInference.Contracts;

namespace QueueInference.Worker.Inference;

/// <summary>One loaded model version, ready to run.</summary>
/// <remarks>Several threads may call <see cref="Run"/> at once. Dispose it only when no run is under way.</remarks>
internal interface IModelRunner : IDisposable
{
    /// <summary>What the model declares.</summary>
    ModelSignature Signature { get; }

    /// <summary>Where it runs, such as <c>cpu</c> or <c>cuda:0</c>. Models on one device take turns.</summary>
    string Device { get; }

    /// <summary>How much of its device a run takes: cores of a CPU, else 1. As many run side by side as find room.</summary>
    int Slots => 1;

    /// <summary>Which execution providers really took the model, those with the most nodes first; empty where that is not known.</summary>
    IReadOnlyList<ProviderShare> Providers => [];

    /// <summary>Runs the model once and blocks until it is done; call it from a thread that may be blocked.</summary>
    /// <param name="inputs">In any order; optional ones may be left out. Their data must not change during the run.</param>
    /// <param name="cancellationToken">Asks this run to stop early, which it does between two operators, with <see cref="InferenceFailure.Stopped"/>.</param>
    /// <returns>Every output, in the order of the signature; the caller disposes them.</returns>
    /// <exception cref="InferenceException">The model did not run to its end; nothing else is thrown.</exception>
    ModelOutputs Run(IReadOnlyList<Tensor> inputs, CancellationToken cancellationToken = default);

    /// <summary>Memory for inputs that the device reads without another copy on the way. It starts at a multiple of 64. Dispose it before the runner.</summary>
    IMemoryOwner<byte> Allocate(int bytes);
}
