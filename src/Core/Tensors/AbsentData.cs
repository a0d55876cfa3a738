using System.Buffers;
using System.Runtime.InteropServices;
using QueueInference.Contracts;

namespace QueueInference.Core.Tensors;

/// <summary>Stands for tensor data that lies elsewhere: its length is known, its bytes are not here, and touching them throws.</summary>
public sealed class AbsentData : MemoryManager<byte>
{
    private readonly int _length;

    private AbsentData(string payload, int length) => (Payload, _length) = (payload, length);

    /// <summary>The payload that holds the bytes; empty while they still are on their way.</summary>
    public string Payload { get; }

    /// <inheritdoc/>
    public override Memory<byte> Memory => CreateMemory(_length);

    /// <summary>A stand-in for <paramref name="length"/> bytes.</summary>
    public static ReadOnlyMemory<byte> Of(int length, string payload = "") => new AbsentData(payload, length).Memory;

    /// <summary>The stand-in that this memory is; null where the bytes are here.</summary>
    public static AbsentData? Behind(ReadOnlyMemory<byte> data) =>
        MemoryMarshal.TryGetMemoryManager<byte, AbsentData>(data, out var absent) ? absent : null;

    /// <summary>The payload that holds the data of these tensors; null where the data is here.</summary>
    public static string? PayloadOf(IReadOnlyList<Tensor> tensors)
    {
        foreach (var tensor in tensors)
        {
            if (Behind(tensor.Data) is { } absent)
            {
                return absent.Payload;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => throw new InvalidOperationException("The data of this tensor lies in the payload store.");

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => throw new InvalidOperationException("The data of this tensor lies in the payload store.");

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }
}
