using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace QueueInference.Worker.Inference;

/// <summary>The data of a native value, in place. Once disposed it refuses to be read; the value is disposed by its owner.</summary>
internal sealed unsafe class BorrowedMemory : MemoryManager<byte>
{
    private readonly void* address;
    private readonly int length;

    // Keeps the value from being collected while someone still holds its data.
    private OrtValue? value;

    /// <summary>Borrows a tensor of fixed-size elements that the CPU can read.</summary>
    public BorrowedMemory(OrtValue value)
    {
        var data = value.GetTensorMutableRawData();
        (this.value, length) = (value, data.Length);
        address = Unsafe.AsPointer(ref MemoryMarshal.GetReference(data));
    }

    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(value is null, this);
        return new(address, length);
    }

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ObjectDisposedException.ThrowIf(value is null, this);
        return new((byte*)address + elementIndex);
    }

    public override void Unpin()
    {
        // It does not move.
    }

    protected override void Dispose(bool disposing) => value = null;
}
