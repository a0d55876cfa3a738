using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using QueueInference.Contracts;

namespace QueueInference.Core.Tensors;

/// <summary>The store's entry for tensors whose data lies in a payload: everything but the data.</summary>
/// <remarks>
/// Little-endian: <c>FF FF</c>, which no number of tensors is, payload name (length u8 + ASCII), and then as <see cref="TensorCodec"/> without data.
/// The payload is the data of the tensors, one after another.
/// </remarks>
public static class TensorManifest
{
    private const ushort Mark = ushort.MaxValue;

    /// <summary>The manifest of tensors whose data is, or is to be, in a payload.</summary>
    public static byte[] Encode(string payload, IReadOnlyList<Tensor> tensors)
    {
        var heads = tensors.Select(tensor => tensor with { Data = default }).ToArray();
        var writer = new FixedWriter(sizeof(ushort) + 1 + payload.Length + TensorCodec.Size(heads));
        TensorCodec.WriteUInt16(writer, Mark);
        writer.Write([(byte)payload.Length]);
        Encoding.ASCII.GetBytes(payload, writer);
        TensorCodec.WriteUInt16(writer, tensors.Count);
        foreach (var tensor in tensors)
        {
            TensorCodec.WriteHead(writer, tensor);
        }

        return writer.Finish();
    }

    /// <summary>The payload that an entry of the store names; empty where the entry holds the data itself.</summary>
    public static string PayloadOf(ReadOnlyMemory<byte> entry) => TakePayload(ref entry) ?? "";

    /// <summary>Takes the mark and the payload's name off an entry; null, and nothing taken, where it is no manifest.</summary>
    internal static string? TakePayload(ref ReadOnlyMemory<byte> entry)
    {
        if (!IsManifest(entry.Span))
        {
            return null;
        }

        TensorCodec.Take(ref entry, sizeof(ushort));
        return Encoding.ASCII.GetString(TensorCodec.Take(ref entry, TensorCodec.Take(ref entry, 1).Span[0]).Span);
    }

    private static bool IsManifest(ReadOnlySpan<byte> entry) => entry.Length >= sizeof(ushort) && BinaryPrimitives.ReadUInt16LittleEndian(entry) == Mark;
}
