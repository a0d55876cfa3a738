using System.Buffers;
using System.Text.Json;
using QueueInference.Contracts;

namespace QueueInference.Api.Requests;

/// <summary>Reads <c>data</c>: an array in row-major order, flat or nested as the shape.</summary>
internal static class JsonData
{
    /// <summary>Reads from the place of the array into the bytes of the datatype.</summary>
    public static ReadOnlyMemory<byte> Read(ref JsonCursor json, DataTarget target)
    {
        json.Require(JsonTokenType.StartArray, target.Place, "an array");
        if (target.Datatype == TensorDatatype.Bf16)
        {
            throw target.Refuse("dtype-mismatch", "BF16 has no JSON form; send data_base64 or the binary form.");
        }

        // An element takes a character and a comma: a shape the text cannot fill gets no memory.
        if (target.Count > (json.Remaining / 2) + 1)
        {
            throw target.Mismatch();
        }

        return target.IsStrings ? Strings(ref json, target) : Numbers(ref json, target);
    }

    private static byte[] Numbers(ref JsonCursor json, DataTarget target)
    {
        var data = new byte[target.ByteCount];
        var size = target.Datatype.ElementSize();
        var walk = new DataWalk(target);
        while (walk.Next(ref json))
        {
            JsonElements.Write(ref json, target, walk.Index, data.AsSpan(walk.Index * size, size));
        }

        return data;
    }

    private static ReadOnlyMemory<byte> Strings(ref JsonCursor json, DataTarget target)
    {
        var data = new ArrayBufferWriter<byte>();
        var walk = new DataWalk(target);
        while (walk.Next(ref json))
        {
            if (json.Kind != JsonTokenType.String)
            {
                throw JsonCursor.Wrong(target.Place, "an array of strings");
            }

            WireStrings.Append(data, ref json, target, walk.Index);
        }

        return data.WrittenMemory;
    }
}
