namespace QueueInference.Worker.Inference;

/// <summary>Brings model files into memory.</summary>
internal interface IModelRunnerFactory
{
    /// <summary>Loads one version.</summary>
    /// <param name="path">The model file.</param>
    /// <param name="options">Where and how it is to run.</param>
    /// <exception cref="Exception">It cannot be loaded; the message says why.</exception>
    IModelRunner Create(string path, InferenceOptions options);
}

/// <summary>ONNX Runtime.</summary>
internal sealed class OnnxModelRunnerFactory : IModelRunnerFactory
{
    public IModelRunner Create(string path, InferenceOptions options) => new OnnxModelRunner(path, options);
}
