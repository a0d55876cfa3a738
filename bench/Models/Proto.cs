using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace QueueInference.Bench.Models;

/// <summary>Writes one protobuf message: all of the format that ONNX files need.</summary>
internal sealed class Proto
{
    private const int Varint = 0, Bytes = 2, Fixed32 = 5;
    private readonly ArrayBufferWriter<byte> _written = new();

    public Proto Number(int field, long value)
    {
        Tag(field, Varint);
        WriteVarint((ulong)value);
        return this;
    }

    public Proto Single(int field, float value)
    {
        Tag(field, Fixed32);
        _written.Write(BitConverter.GetBytes(value));
        return this;
    }

    public Proto Text(int field, string value) => Data(field, Encoding.UTF8.GetBytes(value));

    public Proto Message(int field, Proto message) => Data(field, message._written.WrittenSpan);

    public Proto Array<T>(int field, ReadOnlySpan<T> values)
        where T : unmanaged => Data(field, MemoryMarshal.AsBytes(values));

    public Proto Each<T>(IEnumerable<T> values, Action<Proto, T> write)
    {
        foreach (var value in values)
        {
            write(this, value);
        }

        return this;
    }

    public void Save(string path)
    {
        using var file = File.Create(path);
        file.Write(_written.WrittenSpan);
    }

    private Proto Data(int field, ReadOnlySpan<byte> data)
    {
        Tag(field, Bytes);
        WriteVarint((ulong)data.Length);
        _written.Write(data);
        return this;
    }

    private void Tag(int field, int type) => WriteVarint((ulong)((field << 3) | type));

    private void WriteVarint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _written.Write([(byte)(value | 0x80)]);
        }

        _written.Write([(byte)value]);
    }
}
