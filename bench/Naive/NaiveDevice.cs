using QueueInference.Bench.Simulated;
using QueueInference.Contracts;
using QueueInference.Worker.Inference;

namespace QueueInference.Bench.Naive;

/// <summary>Runs rows together; the model has one input and one output.</summary>
internal sealed class NaiveDevice(IModelRunner runner, long[] row)
{
    /// <summary>A device: alpha,beta of the simulated one, or the path of the text-direction model.</summary>
    public static NaiveDevice Open(string device) => device.EndsWith(".onnx", StringComparison.Ordinal)
        ? new(new OnnxModelRunnerFactory().Create(device, new InferenceOptions()), [3, 48, 192])
        : new(new SimulatedRunner(Accelerator.Parse(device)), [SimulatedRunner.Width]);

    public byte[][] Run(IReadOnlyList<byte[]> rows)
    {
        var input = new Tensor("x", TensorDatatype.Fp32, [rows.Count, .. row], rows.SelectMany(data => data).ToArray());
        using var outputs = runner.Run([input]);
        var data = outputs.Tensors[0].Data;
        return [.. Enumerable.Range(0, rows.Count).Select(index => data.Slice(index * (data.Length / rows.Count), data.Length / rows.Count).ToArray())];
    }
}
