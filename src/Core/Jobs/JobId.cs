using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace QueueInference.Core.Jobs;

/// <summary>A job's id: partition, creation time, random part and a keyed check of all these and the tenant.</summary>
/// <remarks>
/// <c>p00</c> + 10 digits of time + 10 random + 8 of check, in lower-case Crockford base 32. The time lets an expired id answer 410 without a
/// record; the check lets a made-up or foreign one answer 404. It holds no dot, so it can stand in a webhook id.
/// </remarks>
public readonly record struct JobId
{
    private const string Digits = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int Length = 31;
    private static readonly string[] PartitionNames = [.. Enumerable.Range(0, 100).Select(Partitions.Name)];
    private static readonly System.Buffers.SearchValues<char> Allowed = System.Buffers.SearchValues.Create(Digits);

    private JobId(string text) => Text = text;

    /// <summary>The id as clients see it.</summary>
    public string Text { get; }

    /// <summary>The Redis partition, two digits.</summary>
    public string Partition => PartitionNames[PartitionNumber];

    /// <summary>The same as a number.</summary>
    internal int PartitionNumber => ((Text[1] - '0') * 10) + (Text[2] - '0');

    /// <summary>Unix milliseconds of its making.</summary>
    public long CreatedAt => ReadDigits(Text.AsSpan(3, 10));

    /// <summary>Makes a new id.</summary>
    public static JobId Create(int partition, long nowMs, string tenant, ReadOnlySpan<byte> key)
    {
        Span<char> text = stackalloc char[Length];
        text[0] = 'p';
        text[1] = (char)('0' + partition / 10);
        text[2] = (char)('0' + partition % 10);
        WriteDigits(text[3..13], nowMs);
        RandomNumberGenerator.GetItems<char>(Digits, text[13..23]);
        WriteCheck(text, tenant, key);
        return new JobId(new string(text));
    }

    /// <summary>Takes an id that this service wrote itself, from a record or a message.</summary>
    public static JobId Trusted(string text) => new(text);

    /// <summary>Reads an id that a caller sent; false when it is malformed, made up, or another tenant's.</summary>
    public static bool TryParse(string? text, string tenant, ReadOnlySpan<byte> key, out JobId id)
    {
        id = default;
        if (text is not { Length: Length } || text[0] != 'p' || !char.IsAsciiDigit(text[1]) || !char.IsAsciiDigit(text[2])
            || text.AsSpan(3).ContainsAnyExcept(Allowed))
        {
            return false;
        }

        Span<char> expected = stackalloc char[Length];
        text.CopyTo(expected);
        WriteCheck(expected, tenant, key);
        if (!CryptographicOperations.FixedTimeEquals(Bytes(expected), Bytes(text)))
        {
            return false;
        }

        id = new JobId(text);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Text ?? "";

    private static ReadOnlySpan<byte> Bytes(ReadOnlySpan<char> text) => System.Runtime.InteropServices.MemoryMarshal.AsBytes(text);

    private static void WriteCheck(Span<char> text, string tenant, ReadOnlySpan<byte> key)
    {
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(string.Concat(text[..23], "|", tenant)), hash);
        WriteDigits(text[23..], (long)(BinaryPrimitives.ReadUInt64BigEndian(hash) >> 24));
    }

    private static void WriteDigits(Span<char> digits, long value)
    {
        for (var i = digits.Length - 1; i >= 0; i--, value >>= 5)
        {
            digits[i] = Digits[(int)(value & 31)];
        }
    }

    private static long ReadDigits(ReadOnlySpan<char> digits)
    {
        var value = 0L;
        foreach (var digit in digits)
        {
            value = value << 5 | (uint)Digits.IndexOf(digit, StringComparison.Ordinal);
        }

        return value;
    }
}
