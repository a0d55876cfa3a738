using System.Numerics;
using System.Runtime.InteropServices;
using QueueInference.Contracts;

namespace QueueInference.Worker.Models;

/// <summary>Reads the elements of tensors of any datatype but strings.</summary>
internal static class TensorNumbers
{
    /// <summary>The elements as doubles.</summary>
    public static double[] Read(Tensor tensor)
    {
        var data = tensor.Data.Span;
        return tensor.Datatype switch
        {
            TensorDatatype.Fp64 => Read<double>(data),
            TensorDatatype.Fp32 => Read<float>(data),
            TensorDatatype.Fp16 => Read<Half>(data),
            TensorDatatype.Bf16 => Array.ConvertAll(MemoryMarshal.Cast<byte, ushort>(data).ToArray(), upper => (double)BitConverter.UInt32BitsToSingle((uint)upper << 16)),
            TensorDatatype.Int64 => Read<long>(data),
            TensorDatatype.Int32 => Read<int>(data),
            TensorDatatype.Int16 => Read<short>(data),
            TensorDatatype.Int8 => Read<sbyte>(data),
            TensorDatatype.UInt64 => Read<ulong>(data),
            TensorDatatype.UInt32 => Read<uint>(data),
            TensorDatatype.UInt16 => Read<ushort>(data),
            _ => Read<byte>(data),
        };
    }

    private static double[] Read<T>(ReadOnlySpan<byte> data) where T : unmanaged, INumberBase<T> =>
        Array.ConvertAll(MemoryMarshal.Cast<byte, T>(data).ToArray(), double.CreateSaturating);
}
