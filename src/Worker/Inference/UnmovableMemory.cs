using System.Buffers;

namespace QueueInference.Worker.Inference;

/// <summary>Memory outside of the managed heap: it never moves, so native code reads it in place. Once disposed it refuses to be read.</summary>
internal abstract unsafe class UnmovableMemory : MemoryManager<byte>
{
    /// <summary>Where it is; null once it is disposed.</summary>
    protected abstract void* Address { get; }

    /// <summary>Bytes.</summary>
    protected abstract int Length { get; }

    public override Span<byte> GetSpan() => new(Checked(), Length);

    public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)Checked() + elementIndex);

    public override void Unpin()
    {
        // It does not move.
    }

    private void* Checked()
    {
        ObjectDisposedException.ThrowIf(Address is null, this);
        return Address;
    }
}
