using System.Runtime.InteropServices;
using QueueInference.Contracts;

namespace QueueInference.Worker.Inference;

/// <summary>Looks for NaN and infinity.</summary>
internal static class FiniteCheck
{
    /// <summary>Whether every element is finite; other than floating-point elements always are.</summary>
    public static bool IsFinite(Tensor tensor) => tensor.Datatype switch
    {
        TensorDatatype.Fp32 => !ContainsExponent<uint>(tensor, 0x7F80_0000),
        TensorDatatype.Fp64 => !ContainsExponent<ulong>(tensor, 0x7FF0_0000_0000_0000),
        TensorDatatype.Fp16 => !ContainsExponent<ushort>(tensor, 0x7C00),
        TensorDatatype.Bf16 => !ContainsExponent<ushort>(tensor, 0x7F80),
        _ => true,
    };

    /// <summary>A number that is not finite has every bit of its exponent set.</summary>
    private static bool ContainsExponent<T>(Tensor tensor, T exponent)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        foreach (var bits in MemoryMarshal.Cast<byte, T>(tensor.Data.Span))
        {
            if ((bits & exponent) == exponent)
            {
                return true;
            }
        }

        return false;
    }
}
