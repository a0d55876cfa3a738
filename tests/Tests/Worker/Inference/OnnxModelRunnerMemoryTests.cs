using System.Runtime.InteropServices;
using QueueInference.Contracts;
using QueueInference.Worker.Inference;
using Xunit;

namespace QueueInference.Tests.Worker.Inference;

/// <summary>Who owns the memory of inputs and outputs, and until when.</summary>
public sealed class OnnxModelRunnerMemoryTests
{
    private const int Elements = 1 << 20;

    [Fact]
    public void Run_LargeTensors_AreNotCopiedToTheHeap()
    {
        using var runner = TestModels.Load("identity_fp32");
        var input = TestTensors.Floats("x", [1, Elements], new float[Elements]);
        runner.RunOnce([input]);

        var before = GC.GetAllocatedBytesForCurrentThread();
        using var outputs = runner.Run([input], TestContext.Current.CancellationToken);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * 1024);
        Assert.Equal(Elements * sizeof(float), outputs.Tensors[0].Data.Length);
    }

    [Fact]
    public void Run_OutputsOnceDisposed_CannotBeRead()
    {
        using var runner = TestModels.Load("two_in_two_out");
        var outputs = runner.Run([TestTensors.Floats("a", [1, 3], 3, 4, 5), TestTensors.Floats("b", [1, 3], 1, 1, 1)], TestContext.Current.CancellationToken);
        var (whole, slice) = (outputs.Tensors[0].Data, outputs.Tensors[1].Data[4..]);

        Assert.Equal([3f, 4], MemoryMarshal.Cast<byte, float>(slice.Span).ToArray());
        outputs.Dispose();
        outputs.Dispose();

        Assert.Throws<ObjectDisposedException>(() => whole.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => slice.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => whole.Pin());
    }

    [Theory]
    [InlineData("identity_fp32", 2)]
    [InlineData("passes_through", 2)]
    [InlineData("spins", 1)]
    public void Run_InputsOverwrittenAfterwards_OutputsStay(string model, int columns)
    {
        using var runner = TestModels.Load(model);
        using var memory = runner.Allocate(columns * sizeof(float));
        MemoryMarshal.Cast<byte, float>(memory.Memory.Span).Fill(-3);

        using var outputs = runner.Run([new Tensor("x", TensorDatatype.Fp32, [1, columns], memory.Memory)], TestContext.Current.CancellationToken);
        memory.Memory.Span.Clear();

        Assert.All(outputs.Tensors, output => Assert.Equal(3f, Math.Abs(output.ToFloats()[0])));
    }
}
