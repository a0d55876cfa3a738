using System.Buffers;

namespace QueueInference.Core.Tensors;

/// <summary>Writes into one array of a size known beforehand: large payloads are copied once, and never grown.</summary>
internal sealed class FixedWriter(int size) : IBufferWriter<byte>
{
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(size);
    private int _written;

    /// <summary>The array, which must be full.</summary>
    public byte[] Finish() => _written == _bytes.Length ? _bytes : throw new InvalidOperationException($"{_written} bytes were written into {_bytes.Length}.");

    public void Advance(int count) => _written += count;

    public Memory<byte> GetMemory(int sizeHint = 0) => _bytes.AsMemory(_written);

    public Span<byte> GetSpan(int sizeHint = 0) => _bytes.AsSpan(_written);
}
