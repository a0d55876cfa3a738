using System.Buffers.Binary;
using System.Text.Json;
using QueueInference.Api.Requests;
using QueueInference.Contracts;

namespace QueueInference.Api.Results;

/// <summary>Writes the elements of a tensor as JSON values.</summary>
internal static class TensorJson
{
    /// <summary>Writes the property <c>data</c>.</summary>
    public static void WriteData(Utf8JsonWriter json, Tensor tensor)
    {
        json.WriteStartArray("data");
        var rest = tensor.Data.Span;
        if (tensor.Datatype == TensorDatatype.Bytes)
        {
            while (WireStrings.TryTake(ref rest, out var element))
            {
                json.WriteStringValue(element);
            }
        }

        // Strings have the size zero, and are all written by now.
        for (var size = tensor.Datatype.ElementSize(); size > 0 && rest.Length >= size; rest = rest[size..])
        {
            WriteElement(json, tensor.Datatype, rest);
        }

        json.WriteEndArray();
    }

    private static void WriteElement(Utf8JsonWriter json, TensorDatatype datatype, ReadOnlySpan<byte> data)
    {
        switch (datatype)
        {
            case TensorDatatype.Bool:
                json.WriteBooleanValue(data[0] != 0);
                break;
            case TensorDatatype.UInt64:
                json.WriteNumberValue(BinaryPrimitives.ReadUInt64LittleEndian(data));
                break;
            case TensorDatatype.Fp64:
                WriteReal(json, BinaryPrimitives.ReadDoubleLittleEndian(data));
                break;
            case TensorDatatype.Fp32 or TensorDatatype.Fp16 or TensorDatatype.Bf16:
                WriteReal(json, Single(datatype, data));
                break;
            default:
                json.WriteNumberValue(Integer(datatype, data));
                break;
        }
    }

    private static float Single(TensorDatatype datatype, ReadOnlySpan<byte> data) => datatype switch
    {
        TensorDatatype.Fp16 => (float)BinaryPrimitives.ReadHalfLittleEndian(data),
        // A BF16 is the upper half of a single.
        TensorDatatype.Bf16 => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(data) << 16),
        _ => BinaryPrimitives.ReadSingleLittleEndian(data),
    };

    private static long Integer(TensorDatatype datatype, ReadOnlySpan<byte> data) => datatype switch
    {
        TensorDatatype.UInt8 => data[0],
        TensorDatatype.Int8 => (sbyte)data[0],
        TensorDatatype.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(data),
        TensorDatatype.Int16 => BinaryPrimitives.ReadInt16LittleEndian(data),
        TensorDatatype.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(data),
        TensorDatatype.Int32 => BinaryPrimitives.ReadInt32LittleEndian(data),
        TensorDatatype.Int64 => BinaryPrimitives.ReadInt64LittleEndian(data),
        _ => throw new ArgumentOutOfRangeException(nameof(datatype)),
    };

    // JSON has no form for what is not a number or infinite; null is at least honest, and the binary form has the bits.
    private static void WriteReal(Utf8JsonWriter json, float value)
    {
        if (float.IsFinite(value))
        {
            json.WriteNumberValue(value);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    private static void WriteReal(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumberValue(value);
        }
        else
        {
            json.WriteNullValue();
        }
    }
}
