using QueueInference.Contracts;
using TensorElementType = Microsoft.ML.OnnxRuntime.Tensors.TensorElementType;

namespace QueueInference.Worker.Inference;

/// <summary>The two names of every element type: ours and ONNX Runtime's.</summary>
internal static class OrtDatatypes
{
    private static readonly Dictionary<TensorDatatype, TensorElementType> ToOrtTypes = new()
    {
        [TensorDatatype.Bool] = TensorElementType.Bool,
        [TensorDatatype.UInt8] = TensorElementType.UInt8,
        [TensorDatatype.UInt16] = TensorElementType.UInt16,
        [TensorDatatype.UInt32] = TensorElementType.UInt32,
        [TensorDatatype.UInt64] = TensorElementType.UInt64,
        [TensorDatatype.Int8] = TensorElementType.Int8,
        [TensorDatatype.Int16] = TensorElementType.Int16,
        [TensorDatatype.Int32] = TensorElementType.Int32,
        [TensorDatatype.Int64] = TensorElementType.Int64,
        [TensorDatatype.Fp16] = TensorElementType.Float16,
        [TensorDatatype.Fp32] = TensorElementType.Float,
        [TensorDatatype.Fp64] = TensorElementType.Double,
        [TensorDatatype.Bf16] = TensorElementType.BFloat16,
        [TensorDatatype.Bytes] = TensorElementType.String,
    };

    private static readonly Dictionary<TensorElementType, TensorDatatype> FromOrtTypes =
        ToOrtTypes.ToDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>ONNX Runtime's name.</summary>
    public static TensorElementType ToOrt(this TensorDatatype datatype) => ToOrtTypes[datatype];

    /// <summary>Our name; false for what has none, such as complex numbers.</summary>
    public static bool TryFromOrt(TensorElementType type, out TensorDatatype datatype) => FromOrtTypes.TryGetValue(type, out datatype);
}
