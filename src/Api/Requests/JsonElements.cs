using System.Buffers.Binary;
using System.Text.Json;
using QueueInference.Contracts;

namespace QueueInference.Api.Requests;

/// <summary>Writes one JSON number or boolean as the bytes of its datatype.</summary>
internal static class JsonElements
{
    /// <summary>Writes the value here, or refuses it.</summary>
    public static void Write(ref JsonCursor json, DataTarget target, int index, Span<byte> element)
    {
        if (target.Datatype == TensorDatatype.Bool)
        {
            element[0] = json.Kind switch
            {
                JsonTokenType.True => 1,
                JsonTokenType.False => 0,
                _ => throw JsonCursor.Wrong(target.Place, "an array of booleans"),
            };
            return;
        }

        json.Require(JsonTokenType.Number, target.Place, "an array of numbers");
        if (!TryWrite(ref json.Reader, target.Datatype, element))
        {
            throw target.Refuse("number-out-of-range", $"Element {index} is not a {target.Datatype.ProtocolName()}.");
        }
    }

    private static bool TryWrite(ref Utf8JsonReader number, TensorDatatype datatype, Span<byte> element) => datatype switch
    {
        TensorDatatype.UInt8 => number.TryGetByte(out element[0]),
        TensorDatatype.Int8 => number.TryGetSByte(out var value) && Put(out element[0], value),
        TensorDatatype.UInt16 => number.TryGetUInt16(out var value) && BinaryPrimitives.TryWriteUInt16LittleEndian(element, value),
        TensorDatatype.Int16 => number.TryGetInt16(out var value) && BinaryPrimitives.TryWriteInt16LittleEndian(element, value),
        TensorDatatype.UInt32 => number.TryGetUInt32(out var value) && BinaryPrimitives.TryWriteUInt32LittleEndian(element, value),
        TensorDatatype.Int32 => number.TryGetInt32(out var value) && BinaryPrimitives.TryWriteInt32LittleEndian(element, value),
        TensorDatatype.UInt64 => number.TryGetUInt64(out var value) && BinaryPrimitives.TryWriteUInt64LittleEndian(element, value),
        TensorDatatype.Int64 => number.TryGetInt64(out var value) && BinaryPrimitives.TryWriteInt64LittleEndian(element, value),
        _ => TryWriteReal(ref number, datatype, element),
    };

    // Parsing turns what is too large into infinity, which would then poison a whole result without a word.
    private static bool TryWriteReal(ref Utf8JsonReader number, TensorDatatype datatype, Span<byte> element) => datatype switch
    {
        TensorDatatype.Fp16 => number.TryGetDouble(out var value) && Half.IsFinite((Half)value)
            && BinaryPrimitives.TryWriteHalfLittleEndian(element, (Half)value),
        TensorDatatype.Fp32 => number.TryGetSingle(out var value) && float.IsFinite(value)
            && BinaryPrimitives.TryWriteSingleLittleEndian(element, value),
        _ => number.TryGetDouble(out var value) && double.IsFinite(value)
            && BinaryPrimitives.TryWriteDoubleLittleEndian(element, value),
    };

    private static bool Put(out byte element, sbyte value)
    {
        element = unchecked((byte)value);
        return true;
    }
}
