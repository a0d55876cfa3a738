using System.Buffers;
using System.Buffers.Text;

namespace QueueInference.Api.Requests;

/// <summary>Reads <c>data_base64</c>: the little-endian bytes of a tensor in standard base64, for clients that have no binary form.</summary>
internal static class Base64Data
{
    /// <summary>Decodes the string at this place.</summary>
    public static ReadOnlyMemory<byte> Read(ref JsonCursor json, DataTarget target)
    {
        json.Require(System.Text.Json.JsonTokenType.String, $"{target.Pointer}/data_base64", "a string");
        // Some encoders write a slash as \/, so the text is unescaped first.
        var text = new byte[json.Raw.Length];
        var length = json.CopyText(text);
        if (!target.IsStrings && length != Base64.GetMaxEncodedToUtf8Length(target.ByteCount))
        {
            throw Invalid(target);
        }

        // Decoded in place: the text is longer than what it says.
        var status = Base64.DecodeFromUtf8InPlace(text.AsSpan(0, length), out var written);
        // The decoder skips white space; the length tells.
        if (status != OperationStatus.Done || Base64.GetMaxEncodedToUtf8Length(written) != length)
        {
            throw Invalid(target);
        }

        var data = text.AsMemory(0, written);
        return (target.IsStrings ? WireStrings.HasElements(data.Span, target) : written == target.ByteCount) ? data : throw Invalid(target);
    }

    private static Problems.ProblemException Invalid(DataTarget target) => new(
        "invalid-base64", $"{target.Pointer}/data_base64", "The value must be the tensor's bytes, no more and no fewer, in standard base64 with padding.");
}
