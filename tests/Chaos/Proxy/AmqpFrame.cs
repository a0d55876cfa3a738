using System.Buffers.Binary;

namespace QueueInference.Chaos.Proxy;

/// <summary>A frame of AMQP 0-9-1: type (1), channel (2), size (4), payload, 0xCE. The protocol header, which is no frame, is carried as one of an unknown type.</summary>
/// <param name="Bytes">All of it.</param>
internal readonly record struct AmqpFrame(ReadOnlyMemory<byte> Bytes)
{
    public const int Ack = (60 << 16) | 80, ConfirmSelect = (85 << 16) | 10;
    private const int Head = 7, End = 0xCE;

    public int Channel => BinaryPrimitives.ReadUInt16BigEndian(Bytes.Span[1..]);

    /// <summary>Class and method of a method frame; 0 for any other.</summary>
    public int Method => Bytes.Span[0] == 1 ? BinaryPrimitives.ReadInt32BigEndian(Bytes.Span[Head..]) : 0;

    /// <summary>Of an ack: the message, or the last of several.</summary>
    public ulong Tag => BinaryPrimitives.ReadUInt64BigEndian(Bytes.Span[(Head + 4)..]);

    /// <summary>Of an ack: whether it is for all messages up to this one.</summary>
    public bool IsMultiple => (Bytes.Span[Head + 12] & 1) == 1;

    /// <summary>The ack of one message.</summary>
    public static AmqpFrame AckOf(int channel, ulong tag)
    {
        var bytes = new byte[Head + 13 + 1];
        (bytes[0], bytes[^1]) = (1, End);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(1), (ushort)channel);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(3), 13);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(Head), Ack);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(Head + 4), tag);
        return new AmqpFrame(bytes);
    }
}
