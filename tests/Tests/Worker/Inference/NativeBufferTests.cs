using QueueInference.Worker.Inference;
using Xunit;

namespace QueueInference.Tests.Worker.Inference;

public sealed class NativeBufferTests
{
    [Fact]
    public void Memory_HoldsWhatWasWritten()
    {
        using System.Buffers.IMemoryOwner<byte> buffer = new NativeBuffer(100);
        buffer.Memory.Span.Fill(7);

        Assert.Equal(100, buffer.Memory.Length);
        Assert.Equal(Enumerable.Repeat((byte)7, 100), buffer.Memory.ToArray());
    }

    [Fact]
    public void Memory_Disposed_IsRefused()
    {
        var buffer = new NativeBuffer(100);
        var memory = buffer.Memory;
        ((IDisposable)buffer).Dispose();

        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => memory.Pin());
    }
}
