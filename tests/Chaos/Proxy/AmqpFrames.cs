using System.Buffers.Binary;

namespace QueueInference.Chaos.Proxy;

/// <summary>Cuts a stream of bytes into frames, however it arrives.</summary>
/// <param name="header">Bytes before the first frame: the client begins with eight.</param>
internal sealed class AmqpFrames(int header)
{
    private const int Head = 7;
    private byte[] _bytes = new byte[4096];
    private int _from, _to, _header = header;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        var held = _bytes.AsSpan(_from, _to - _from);
        var room = held.Length + bytes.Length <= _bytes.Length ? _bytes : new byte[2 * (held.Length + bytes.Length)];
        held.CopyTo(room);
        bytes.CopyTo(room.AsSpan(held.Length));
        (_bytes, _from, _to) = (room, 0, held.Length + bytes.Length);
    }

    /// <summary>Takes the next frame that is whole; it is good until more is added.</summary>
    public bool TryTake(out AmqpFrame frame)
    {
        var length = Next(_bytes.AsSpan(_from, _to - _from));
        var isWhole = length > 0 && length <= _to - _from;
        frame = isWhole ? new AmqpFrame(_bytes.AsMemory(_from, length)) : default;
        (_from, _header) = isWhole ? (_from + length, 0) : (_from, _header);
        return isWhole;
    }

    private int Next(ReadOnlySpan<byte> held) =>
        _header > 0 ? _header : held.Length < Head ? 0 : checked(Head + (int)BinaryPrimitives.ReadUInt32BigEndian(held[3..]) + 1);
}
