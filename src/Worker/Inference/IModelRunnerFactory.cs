using Microsoft.Extensions.Logging.Abstractions;

namespace QueueInference.Worker.Inference;

/// <summary>Brings model files into memory.</summary>
internal interface IModelRunnerFactory
{
    /// <summary>Loads one version.</summary>
    /// <param name="path">The model file.</param>
    /// <param name="options">Where and how it is to run.</param>
    /// <exception cref="Exception">It cannot be loaded; the message says why.</exception>
    IModelRunner Create(string path, InferenceOptions options);

    /// <summary>The options, in each variation of which one may be the fastest for a model; only a measurement can tell.</summary>
    /// <returns>At least one; the first is the best guess.</returns>
    IReadOnlyList<InferenceOptions> Variants(InferenceOptions options) => [options];
}

/// <summary>ONNX Runtime.</summary>
internal sealed class OnnxModelRunnerFactory(ILogger<OnnxModelRunnerFactory>? logger = null) : IModelRunnerFactory
{
    public IModelRunner Create(string path, InferenceOptions options) =>
        new OnnxModelRunner(path, options, logger ?? NullLogger<OnnxModelRunnerFactory>.Instance);

    public IReadOnlyList<InferenceOptions> Variants(InferenceOptions options) => [.. CudaVariants.Of(options).SelectMany(CpuVariants.Of)];
}
