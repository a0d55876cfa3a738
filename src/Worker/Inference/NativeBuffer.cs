using System.Buffers;
using System.Runtime.InteropServices;

namespace QueueInference.Worker.Inference;

/// <summary>Memory outside of the managed heap: it never moves, so native code reads it in place.</summary>
internal sealed unsafe class NativeBuffer(int length) : MemoryManager<byte>
{
    /// <summary>A cache line, and what vector instructions like best.</summary>
    private const int Alignment = 64;

    private void* _memory = NativeMemory.AlignedAlloc((nuint)Math.Max(length, 1), Alignment);

    public override Span<byte> GetSpan() => new(_memory, length);

    public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)_memory + elementIndex);

    public override void Unpin()
    {
        // It does not move.
    }

    protected override void Dispose(bool disposing)
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }
}
