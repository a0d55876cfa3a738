using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using QueueInference.Contracts;

namespace QueueInference.Core.Tensors;

/// <summary>The binary form of tensors, alike in broker messages, kept inputs and results.</summary>
/// <remarks>
/// Little-endian: count u16, then per tensor: name length u16 + UTF-8, datatype u8, rank u8, dimensions i64 each, data length u32, data.
/// </remarks>
public static class TensorCodec
{
    /// <summary>Appends the tensors.</summary>
    public static void Write(IBufferWriter<byte> writer, IReadOnlyList<Tensor> tensors)
    {
        WriteUInt16(writer, tensors.Count);
        foreach (var tensor in tensors)
        {
            WriteHead(writer, tensor);
            writer.Write(tensor.Data.Span);
        }
    }

    /// <summary>The tensors as one array.</summary>
    public static byte[] ToArray(IReadOnlyList<Tensor> tensors)
    {
        var writer = new FixedWriter(Size(tensors));
        Write(writer, tensors);
        return writer.Finish();
    }

    /// <summary>Bytes the tensors take.</summary>
    public static int Size(IReadOnlyList<Tensor> tensors)
    {
        var size = sizeof(ushort);
        foreach (var tensor in tensors)
        {
            size = checked(size + sizeof(ushort) + Encoding.UTF8.GetByteCount(tensor.Name) + 2 + (tensor.Shape.Length * sizeof(long)) + sizeof(uint) + tensor.Data.Length);
        }

        return size;
    }

    /// <summary>Reads tensors whose data are slices of <paramref name="memory"/>, or absent as of a <see cref="TensorManifest"/>, and moves it behind them.</summary>
    /// <exception cref="InvalidDataException">The bytes are not tensors.</exception>
    public static Tensor[] Read(ref ReadOnlyMemory<byte> memory)
    {
        var payload = TensorManifest.TakePayload(ref memory);
        var tensors = new Tensor[BinaryPrimitives.ReadUInt16LittleEndian(Take(ref memory, 2).Span)];
        for (var i = 0; i < tensors.Length; i++)
        {
            tensors[i] = ReadOne(ref memory, payload);
        }

        return tensors;
    }

    /// <summary>Cuts the next <paramref name="length"/> bytes off.</summary>
    /// <exception cref="InvalidDataException">Fewer are left.</exception>
    internal static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> memory, long length)
    {
        if (length < 0 || length > memory.Length)
        {
            throw new InvalidDataException("The bytes end early.");
        }

        var taken = memory[..(int)length];
        memory = memory[(int)length..];
        return taken;
    }

    internal static void WriteUInt16(IBufferWriter<byte> writer, int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(writer.GetSpan(2), checked((ushort)value));
        writer.Advance(2);
    }

    internal static void WriteUInt32(IBufferWriter<byte> writer, int value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(writer.GetSpan(4), (uint)value);
        writer.Advance(4);
    }

    internal static void WriteHead(IBufferWriter<byte> writer, Tensor tensor)
    {
        WriteUInt16(writer, Encoding.UTF8.GetByteCount(tensor.Name));
        Encoding.UTF8.GetBytes(tensor.Name, writer);
        writer.Write([(byte)tensor.Datatype, checked((byte)tensor.Shape.Length)]);
        foreach (var dimension in tensor.Shape)
        {
            BinaryPrimitives.WriteInt64LittleEndian(writer.GetSpan(8), dimension);
            writer.Advance(8);
        }

        WriteUInt32(writer, tensor.Data.Length);
    }

    private static Tensor ReadOne(ref ReadOnlyMemory<byte> memory, string? payload)
    {
        var name = Encoding.UTF8.GetString(Take(ref memory, BinaryPrimitives.ReadUInt16LittleEndian(Take(ref memory, 2).Span)).Span);
        var datatype = (TensorDatatype)Take(ref memory, 1).Span[0];
        if (!Enum.IsDefined(datatype))
        {
            throw new InvalidDataException("Unknown datatype.");
        }

        var shape = new long[Take(ref memory, 1).Span[0]];
        for (var i = 0; i < shape.Length; i++)
        {
            shape[i] = BinaryPrimitives.ReadInt64LittleEndian(Take(ref memory, 8).Span);
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(Take(ref memory, 4).Span);
        return new Tensor(name, datatype, shape, payload is null ? Take(ref memory, length) : AbsentData.Of(length <= int.MaxValue ? (int)length : throw new InvalidDataException("A tensor of this message is longer than any may be."), payload));
    }
}
