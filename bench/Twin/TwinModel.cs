using Microsoft.ML.OnnxRuntime;

namespace QueueInference.Bench.Twin;

/// <summary>One row at a time: ONNX Runtime with one thread for each run, or nothing but the input.</summary>
internal sealed class TwinModel : IDisposable
{
    public const string Identity = "identity";

    private readonly InferenceSession? _session;
    private readonly RunOptions _options = new();

    public TwinModel(string file)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        _session = file == Identity ? null : new InferenceSession(file, options);
    }

    /// <summary>Runs side by side.</summary>
    public ushort Runs => _session is null ? (ushort)1 : (ushort)Environment.ProcessorCount;

    /// <summary>The first output. That of the identity is valid as long as the input.</summary>
    public (long[] Shape, ReadOnlyMemory<byte> Data) Run(long[] shape, ReadOnlyMemory<byte> data)
    {
        if (_session is null)
        {
            return (shape, data);
        }

        using var input = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float, shape);
        data.Span.CopyTo(input.GetTensorMutableRawData());
        using var outputs = _session.Run(_options, _session.InputNames, [input], _session.OutputNames);
        return (outputs[0].GetTensorTypeAndShape().Shape, outputs[0].GetTensorDataAsSpan<byte>().ToArray());
    }

    public void Dispose()
    {
        _session?.Dispose();
        _options.Dispose();
    }
}
