using System.Buffers.Binary;

namespace QueueInference.Worker.Inference;

/// <summary>Walks the elements of a BYTES tensor: a little-endian 32-bit length and that many bytes, each.</summary>
internal static class BytesElements
{
    private const int LengthSize = sizeof(uint);

    /// <summary>Reads the element at <paramref name="offset"/> and moves the offset behind it.</summary>
    /// <exception cref="InvalidDataException">The data ends inside the element.</exception>
    public static ReadOnlySpan<byte> Next(ReadOnlySpan<byte> data, ref int offset)
    {
        var rest = data[offset..];
        if (!BinaryPrimitives.TryReadUInt32LittleEndian(rest, out var length) || length > rest.Length - LengthSize)
        {
            throw new InvalidDataException("A BYTES tensor ends inside an element.");
        }

        offset += LengthSize + (int)length;
        return rest.Slice(LengthSize, (int)length);
    }

    /// <summary>Bytes the next <paramref name="count"/> elements take, their lengths included.</summary>
    public static int Measure(ReadOnlySpan<byte> data, int offset, long count)
    {
        var end = offset;
        for (var i = 0L; i < count; i++)
        {
            Next(data, ref end);
        }

        return end - offset;
    }

    /// <summary>Appends an element.</summary>
    public static void Write(Stream target, ReadOnlySpan<byte> element)
    {
        Span<byte> length = stackalloc byte[LengthSize];
        BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)element.Length);
        target.Write(length);
        target.Write(element);
    }
}
