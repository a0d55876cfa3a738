using System.Runtime.InteropServices;

namespace QueueInference.Worker.Inference;

/// <summary>Memory of the process, taken for a batch.</summary>
internal sealed unsafe class NativeBuffer(int length) : UnmovableMemory
{
    /// <summary>A cache line, and what vector instructions like best.</summary>
    private const int Alignment = 64;

    private void* _memory = NativeMemory.AlignedAlloc((nuint)Math.Max(length, 1), Alignment);

    protected override void* Address => _memory;

    protected override int Length => length;

    protected override void Dispose(bool disposing)
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }
}
