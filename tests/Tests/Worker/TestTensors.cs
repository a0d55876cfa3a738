using System.Runtime.InteropServices;
using System.Text;
using QueueInference.Contracts;
using QueueInference.Worker.Inference;
using Xunit;

namespace QueueInference.Tests.Worker;

/// <summary>Makes tensors and reads them back.</summary>
internal static class TestTensors
{
    public static Tensor Of<T>(string name, TensorDatatype datatype, long[] shape, params T[] values)
        where T : unmanaged => new(name, datatype, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    public static Tensor Floats(string name, long[] shape, params float[] values) => Of(name, TensorDatatype.Fp32, shape, values);

    public static Tensor Strings(string name, long[] shape, params string[] values)
    {
        using var data = new MemoryStream();
        foreach (var value in values)
        {
            BytesElements.Write(data, Encoding.UTF8.GetBytes(value));
        }

        return new(name, TensorDatatype.Bytes, shape, data.ToArray());
    }

    public static float[] ToFloats(this Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.Data.Span).ToArray();

    /// <summary>Random data; small numbers for every datatype, so that no float is a NaN and no BOOL another byte than 0 or 1.</summary>
    public static Tensor Random(Random random, string name, TensorDatatype datatype, long[] shape)
    {
        var count = (int)shape.Aggregate(1L, (product, dimension) => product * dimension);
        if (datatype == TensorDatatype.Bytes)
        {
            return Strings(name, shape, [.. Enumerable.Range(0, count).Select(_ => new string('é', random.Next(4)))]);
        }

        var data = new byte[count * datatype.ElementSize()];
        for (var i = 0; i < data.Length; i++)
        {
            data[i] = (byte)random.Next(2);
        }

        return new(name, datatype, shape, data);
    }

    public static void AssertEqual(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.Name, actual.Name);
        Assert.Equal(expected.Datatype, actual.Datatype);
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.Equal(expected.Data.ToArray(), actual.Data.ToArray());
    }
}
