using System.Buffers;
using System.Buffers.Binary;
using System.Text.Unicode;
using QueueInference.Api.Problems;

namespace QueueInference.Api.Requests;

/// <summary>The wire form of string elements: a little-endian 32-bit length and that many UTF-8 bytes, one after another.</summary>
internal static class WireStrings
{
    /// <summary>Takes the next element; false when none is left, or the rest is cut short.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> element)
    {
        element = default;
        if (rest.Length < sizeof(uint) || BinaryPrimitives.ReadUInt32LittleEndian(rest) > rest.Length - sizeof(uint))
        {
            return false;
        }

        var length = (int)BinaryPrimitives.ReadUInt32LittleEndian(rest);
        element = rest.Slice(sizeof(uint), length);
        rest = rest[(sizeof(uint) + length)..];
        return true;
    }

    /// <summary>Appends the JSON string here as an element.</summary>
    public static void Append(ArrayBufferWriter<byte> data, ref JsonCursor json, DataTarget target, int index)
    {
        var span = data.GetSpan(sizeof(uint) + json.Raw.Length);
        var length = json.CopyText(span[sizeof(uint)..]);
        RequireElement(span.Slice(sizeof(uint), length), target, index);
        BinaryPrimitives.WriteUInt32LittleEndian(span, (uint)length);
        data.Advance(sizeof(uint) + length);
    }

    /// <summary>Refuses data in wire form that is not as many proper elements as the shape says.</summary>
    /// <returns>False when their number or a length does not fit.</returns>
    public static bool HasElements(ReadOnlySpan<byte> data, DataTarget target)
    {
        var count = 0;
        while (count <= target.Count && TryTake(ref data, out var element))
        {
            RequireElement(element, target, count++);
        }

        return count == target.Count && data.IsEmpty;
    }

    /// <summary>Takes the whole elements off the start of data that is still arriving.</summary>
    /// <param name="rest">What has arrived; afterwards the beginning of an element, or nothing.</param>
    /// <param name="target">What the data must become.</param>
    /// <param name="count">Elements taken so far.</param>
    public static void TakeWhole(ref ReadOnlySpan<byte> rest, DataTarget target, ref int count)
    {
        while (TryTake(ref rest, out var element))
        {
            RequireElement(element, target, count++);
        }

        if (rest.Length > sizeof(uint) + target.Limits.MaxStringElementBytes)
        {
            throw Invalid(target, count);
        }
    }

    // A NUL would end the string for the tokenizers that are written in C.
    private static void RequireElement(ReadOnlySpan<byte> element, DataTarget target, int index)
    {
        var max = target.Limits.MaxStringElementBytes;
        if (element.Length > max || element.Contains((byte)0) || !Utf8.IsValid(element))
        {
            throw Invalid(target, index);
        }
    }

    private static ProblemException Invalid(DataTarget target, int index) => target.Refuse(
        "string-element-invalid", $"Element {index} must be UTF-8 of at most {target.Limits.MaxStringElementBytes} bytes, without NUL.");
}
