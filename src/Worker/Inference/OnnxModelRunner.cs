using System.Buffers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.OnnxRuntime;
using QueueInference.Contracts;

namespace QueueInference.Worker.Inference;

/// <summary>A model in an ONNX Runtime session. Nothing outside of this folder knows ONNX Runtime.</summary>
internal sealed class OnnxModelRunner : IModelRunner
{
    private readonly InferenceSession session;
    private readonly string[] outputNames;
    private readonly PinnedMemory? pinned;

    /// <summary>Loads a model file. External data is read from beside the file.</summary>
    /// <param name="path">The model file.</param>
    /// <param name="options">Where and how it is to run.</param>
    /// <param name="logger">Told what a GPU does not do as well as it could.</param>
    /// <exception cref="OnnxRuntimeException">The file is not a model, or not one that the execution providers can run.</exception>
    /// <exception cref="InvalidOperationException">An execution provider is unknown or cannot be loaded.</exception>
    /// <exception cref="NotSupportedException">The model has inputs or outputs that are not tensors.</exception>
    public OnnxModelRunner(string path, InferenceOptions options, ILogger? logger = null)
    {
        Device = options.Device;
        using var sessionOptions = SessionOptionsFactory.Create(options);
        session = new InferenceSession(path, sessionOptions);
        try
        {
            Slots = Device == ExecutionProviders.Cpu ? options.EffectiveThreads : 1;
            (Signature, Providers) = (SignatureReader.Read(session), NodeAssignment.Of(session));
            outputNames = [.. Signature.Outputs.Select(output => output.Name)];
            if (ExecutionProviders.StartsWithGpu(options.ExecutionProviders))
            {
                WarnOfCpu(path, logger ?? NullLogger.Instance);
                pinned = TryPin(path, logger ?? NullLogger.Instance);
            }
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
    public int Slots { get; }

    /// <inheritdoc />
    public IReadOnlyList<ProviderShare> Providers { get; }

    /// <inheritdoc />
    public IMemoryOwner<byte> Allocate(int bytes) => pinned?.Allocate(bytes) ?? new NativeBuffer(bytes);

    /// <inheritdoc />
    public ModelOutputs Run(IReadOnlyList<Tensor> inputs, CancellationToken cancellationToken = default)
    {
        try
        {
            using var native = new OrtInputs(inputs);
            // Failures come as exceptions; ONNX Runtime's own text on standard error may quote the payload.
            using var run = new RunOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
            using var stop = cancellationToken.UnsafeRegister(run => ((RunOptions)run!).Terminate = true, run);
            return Borrow(pinned?.Run(run, native, Signature.Outputs) ?? session.Run(run, native.Names, native.Values, outputNames), inputs);
        }
        catch (Exception e)
        {
            // Whatever it is, the batch must be split or failed; the loop above must go on.
            throw InferenceException.From(e, cancellationToken.IsCancellationRequested);
        }
    }

    public void Dispose()
    {
        pinned?.Dispose();
        session.Dispose();
    }

    private ModelOutputs Borrow(IDisposableReadOnlyCollection<OrtValue> values, IReadOnlyList<Tensor> inputs)
    {
        var outputs = new OrtOutputs(values);
        try
        {
            return new(outputs.ToTensors(Signature.Outputs, inputs), outputs);
        }
        catch
        {
            outputs.Dispose();
            throw;
        }
    }

    private void WarnOfCpu(string path, ILogger logger)
    {
        if (Providers.FirstOrDefault(share => share.Provider == ExecutionProviders.Cpu) is { } cpu)
        {
            Log.PartlyOnCpu(logger, path, cpu.Nodes, Providers.Sum(share => share.Nodes));
        }
    }

    private PinnedMemory? TryPin(string path, ILogger logger)
    {
        try
        {
            return PinnedMemory.OfCuda(session, Device);
        }
        catch (OnnxRuntimeException e)
        {
            Log.NotPinned(logger, path, Device, e);
            return null;
        }
    }
}
