using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace QueueInference.Worker.Inference;

/// <summary>The data of a native value, in place. Once disposed it refuses to be read; the value is disposed by its owner.</summary>
internal sealed unsafe class BorrowedMemory : UnmovableMemory
{
    private readonly void* address;

    // Keeps the value from being collected while someone still holds its data.
    private OrtValue? value;

    /// <summary>Borrows a tensor of fixed-size elements that the CPU can read.</summary>
    public BorrowedMemory(OrtValue value)
    {
        var data = value.GetTensorMutableRawData();
        (this.value, Length) = (value, data.Length);
        address = Unsafe.AsPointer(ref MemoryMarshal.GetReference(data));
    }

    protected override void* Address => value is null ? null : address;

    protected override int Length { get; }

    protected override void Dispose(bool disposing) => value = null;
}
