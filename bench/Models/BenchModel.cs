using System.Runtime.InteropServices;
using QueueInference.Bench.Load;
using QueueInference.Contracts;
using QueueInference.Worker.Inference;

namespace QueueInference.Bench.Models;

/// <summary>A model file, and how to make one row of inputs for it.</summary>
/// <param name="Name">For people.</param>
/// <param name="Path">The file.</param>
/// <param name="Row">Makes the inputs of one row from noise.</param>
/// <param name="Output">The output that is checked.</param>
/// <param name="Settings">Its model.json.</param>
internal sealed record BenchModel(string Name, string Path, Func<Random, Tensor[]> Row, string Output, string? Settings = null)
{
    /// <summary>Different rows, each with the answer that ONNX Runtime gives directly.</summary>
    public Sample[] Samples(string servedAs, int count)
    {
        using var runner = new OnnxModelRunnerFactory().Create(Path, new InferenceOptions());
        return [.. Enumerable.Range(0, count).Select(seed => Row(new Random(seed))).Select(row => Sample.Create(servedAs, row, Output, Run(runner, row)))];
    }

    /// <summary>Noise between 0 and 1.</summary>
    public static Tensor Noise(string name, Random random, params long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = random.NextSingle();
        }

        return new(name, TensorDatatype.Fp32, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
    }

    public static Tensor Integers(string name, long[] values) => new(name, TensorDatatype.Int64, [1, values.Length], MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    /// <summary>The output that is checked, for one row.</summary>
    public float[] Run(IModelRunner runner, Tensor[] row)
    {
        using var outputs = runner.Run(row);
        return MemoryMarshal.Cast<byte, float>(outputs.Tensors.First(tensor => tensor.Name == Output).Data.Span).ToArray();
    }
}
