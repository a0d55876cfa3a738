using System.Buffers;
using Microsoft.ML.OnnxRuntime;
using QueueInference.Contracts;

namespace QueueInference.Worker.Inference;

/// <summary>A model in an ONNX Runtime session. Nothing outside of this folder knows ONNX Runtime.</summary>
internal sealed class OnnxModelRunner : IModelRunner
{
    private readonly InferenceSession session;

    // Failures come as exceptions; ONNX Runtime's own text on standard error may quote the payload.
    private readonly RunOptions runOptions = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };

    /// <summary>Loads a model file. External data is read from beside the file.</summary>
    /// <exception cref="OnnxRuntimeException">The file is not a model, or not one that the execution providers can run.</exception>
    /// <exception cref="InvalidOperationException">An execution provider is unknown or cannot be loaded.</exception>
    /// <exception cref="NotSupportedException">The model has inputs or outputs that are not tensors.</exception>
    public OnnxModelRunner(string path, InferenceOptions options)
    {
        Device = options.ExecutionProviders[0];
        using var sessionOptions = SessionOptionsFactory.Create(options);
        session = new InferenceSession(path, sessionOptions);
        try
        {
            Signature = SignatureReader.Read(session);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public ModelSignature Signature { get; }

    /// <inheritdoc />
    public string Device { get; }

    /// <inheritdoc />
    public IMemoryOwner<byte> Allocate(int bytes) => new NativeBuffer(bytes);

    /// <inheritdoc />
    public ModelOutputs Run(IReadOnlyList<Tensor> inputs, CancellationToken cancellationToken = default)
    {
        try
        {
            using var native = new OrtInputs(inputs);
            using var outputs = session.Run(runOptions, native.Names, native.Values, session.OutputNames);
            return new([.. Signature.Outputs.Zip(outputs, OrtTensors.Read)]);
        }
        catch (Exception e)
        {
            // Whatever it is, the batch must be split or failed; the loop above must go on.
            throw InferenceException.From(e);
        }
    }

    public void Dispose()
    {
        session.Dispose();
        runOptions.Dispose();
    }
}
