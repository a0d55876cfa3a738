using Microsoft.ML.OnnxRuntime;
using QueueInference.Contracts;
using QueueInference.Worker.Inference;
using Xunit;

namespace QueueInference.Tests.Worker.Inference;

/// <summary>With the allocator of the CPU, in place of that of CUDA.</summary>
public sealed class PinnedMemoryTests
{
    [Fact]
    public void Run_BoundOutputs_EqualOnesThatAreNot()
    {
        using var session = Session("two_in_two_out");
        using var memory = OfCpu(session);
        Tensor[] inputs = [TestTensors.Floats("b", [1, 3], 1, 1, 1), TestTensors.Floats("a", [1, 3], 3, 4, 5)];

        Assert.Equal([[4f, 5, 6], [2f, 3, 4]], Run(memory, session, inputs).Select(output => output.ToFloats()));
    }

    [Fact]
    public void Run_Strings_ComeBack()
    {
        using var session = Session("identity_bytes");
        using var memory = OfCpu(session);
        var input = TestTensors.Strings("x", [1, 2], "a", "bé");

        TestTensors.AssertEqual(input with { Name = "y" }, Assert.Single(Run(memory, session, [input])));
    }

    [Fact]
    public void Allocate_Memory_IsWritableAlignedAndGoneAfterwards()
    {
        using var session = Session("no_batch");
        using var memory = OfCpu(session);
        var piece = memory.Allocate(1000);

        piece.Memory.Span.Fill(7);
        var held = piece.Memory;
        piece.Dispose();

        Assert.Equal(1000, held.Length);
        Assert.Throws<ObjectDisposedException>(() => held.Span.Length);
    }

    [Fact]
    public void Allocate_Nothing_IsEmpty()
    {
        using var session = Session("no_batch");
        using var memory = OfCpu(session);
        using var piece = memory.Allocate(0);

        Assert.True(piece.Memory.IsEmpty);
    }

    private static InferenceSession Session(string model) => new(TestModels.PathOf(model));

    private static PinnedMemory OfCpu(InferenceSession session) =>
        new(session, new OrtMemoryInfo(OrtMemoryInfo.allocatorCPU, OrtAllocatorType.ArenaAllocator, 0, OrtMemType.Default));

    private static Tensor[] Run(PinnedMemory memory, InferenceSession session, Tensor[] inputs)
    {
        var specs = SignatureReader.Read(session).Outputs;
        using var native = new OrtInputs(inputs);
        using var options = new RunOptions();
        using var outputs = new OrtOutputs(memory.Run(options, native, specs));
        return [.. outputs.ToTensors(specs, inputs).Select(output => output with { Data = output.Data.ToArray() })];
    }
}
