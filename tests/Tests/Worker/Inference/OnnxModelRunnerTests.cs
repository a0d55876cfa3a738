using QueueInference.Contracts;
using QueueInference.Worker.Inference;
using Xunit;

namespace QueueInference.Tests.Worker.Inference;

public sealed class OnnxModelRunnerTests
{
    public static TheoryData<TensorDatatype> Datatypes => [.. Enum.GetValues<TensorDatatype>()];

    [Theory]
    [MemberData(nameof(Datatypes))]
    public void Run_Datatype_RoundTrips(TensorDatatype datatype)
    {
        using var runner = Identity(datatype);
        var input = TestTensors.Random(new Random(1), "x", datatype, [3, 5]);

        var output = Assert.Single(runner.RunOnce([input]));

        Assert.Equal(datatype, Assert.Single(runner.Signature.Inputs).Datatype);
        TestTensors.AssertEqual(input with { Name = "y" }, output);
    }

    [Theory]
    [MemberData(nameof(Datatypes))]
    public void Run_NoElements_RoundTrips(TensorDatatype datatype)
    {
        using var runner = Identity(datatype);

        var output = Assert.Single(runner.RunOnce([new Tensor("x", datatype, [0, 5], default)]));

        Assert.Equal([0, 5], output.Shape);
        Assert.True(output.Data.IsEmpty);
    }

    [Theory]
    [MemberData(nameof(Datatypes))]
    public void Run_UnalignedData_RoundTrips(TensorDatatype datatype)
    {
        using var runner = Identity(datatype);
        var input = TestTensors.Random(new Random(2), "x", datatype, [2, 3]);
        var shifted = new byte[input.Data.Length + 1];
        input.Data.CopyTo(shifted.AsMemory(1));

        var output = Assert.Single(runner.RunOnce([input with { Data = shifted.AsMemory(1) }]));

        TestTensors.AssertEqual(input with { Name = "y" }, output);
    }

    [Fact]
    public void Run_StringsWithNullsAndEmojis_RoundTrips()
    {
        using var runner = Identity(TensorDatatype.Bytes);
        var input = TestTensors.Strings("x", [2, 2], "", "a\0b", "😀", new string('x', 100_000));

        TestTensors.AssertEqual(input with { Name = "y" }, Assert.Single(runner.RunOnce([input])));
    }

    [Fact]
    public void Run_InputsInAnyOrder_MatchesByName()
    {
        using var runner = TestModels.Load("two_in_two_out");

        var outputs = runner.RunOnce([TestTensors.Floats("b", [1, 3], 1, 1, 1), TestTensors.Floats("a", [1, 3], 3, 4, 5)]);

        Assert.Equal(["sum", "diff"], outputs.Select(output => output.Name));
        Assert.Equal([4f, 5, 6], outputs[0].ToFloats());
        Assert.Equal([2f, 3, 4], outputs[1].ToFloats());
    }

    [Fact]
    public void Run_OptionalInput_DefaultsOrOverrides()
    {
        using var runner = TestModels.Load("optional_input");
        var x = TestTensors.Floats("x", [1, 3], 0, 0, 0);

        Assert.Equal(["x", "bias"], runner.Signature.Inputs.Select(input => input.Name));
        Assert.Equal([false, true], runner.Signature.Inputs.Select(input => input.Optional));
        Assert.Equal([1f, 2, 3], runner.RunOnce([x])[0].ToFloats());
        Assert.Equal([7f, 8, 9], runner.RunOnce([x, TestTensors.Floats("bias", [3], 7, 8, 9)])[0].ToFloats());
    }

    [Fact]
    public void Run_State_ComesBackAsATensor()
    {
        using var runner = TestModels.Load("state");
        var x = TestTensors.Floats("x", [1, 2], 0, 0);
        var state = TestTensors.Floats("state", [1, 4], 0, 0, 0, 0);

        var first = runner.RunOnce([x, state]);
        var second = runner.RunOnce([x, first[1] with { Name = "state" }]);

        Assert.False(runner.Signature.Batchable);
        Assert.Equal([4f, 4], second[0].ToFloats());
        Assert.Equal([2f, 2, 2, 2], second[1].ToFloats());
    }

    [Fact]
    public void Run_Scalar_HasNoDimensions()
    {
        using var runner = TestModels.Load("scalar");

        var output = Assert.Single(runner.RunOnce([TestTensors.Floats("x", [], 2)]));

        Assert.Empty(output.Shape);
        Assert.Equal([-2f], output.ToFloats());
    }

    [Fact]
    public void Signature_SymbolicDimensions_AreNamed()
    {
        using var runner = TestModels.Load("dynamic_hw");

        var input = Assert.Single(runner.Signature.Inputs);
        Assert.Equal([-1, 1, -1, -1], input.Shape);
        Assert.Equal(["N", "", "H", "W"], input.Symbols);
        Assert.True(runner.Signature.Batchable);
    }

    [Fact]
    public void Signature_FixedFirstDimension_IsNotBatchable()
    {
        using var runner = TestModels.Load("no_batch");

        Assert.Equal([2, 3], Assert.Single(runner.Signature.Inputs).Shape);
        Assert.False(runner.Signature.Batchable);
    }

    [Fact]
    public void Run_OneBadRow_FailsTheWholeBatchWithoutPayload()
    {
        using var runner = TestModels.Load("fails_on_negative");
        float[] good = [1, 2, 3, 4];

        var failure = Assert.Throws<InferenceException>(() => runner.RunOnce([TestTensors.Floats("x", [2, 4], [.. good, 1, 2, -77, 4])]));

        Assert.Equal(good, runner.RunOnce([TestTensors.Floats("x", [1, 4], good)])[0].ToFloats());
        Assert.Equal(InferenceFailure.Failed, failure.Failure);
        Assert.Equal("The model could not run with these inputs.", failure.Message);
        Assert.NotNull(failure.InnerException);
    }

    [Fact]
    public void Run_MoreMemoryThanThereIs_IsOutOfMemory()
    {
        using var runner = TestModels.Load("allocates");

        var failure = Assert.Throws<InferenceException>(() => runner.RunOnce([TestTensors.Of("count", TensorDatatype.Int64, [1], 1L << 50)]));

        Assert.Equal(InferenceFailure.OutOfMemory, failure.Failure);
        Assert.Equal([0f, 0], runner.RunOnce([TestTensors.Of("count", TensorDatatype.Int64, [1], 2L)])[0].ToFloats());
    }

    [Theory]
    [InlineData(8, 1, 3)]
    [InlineData(12, 1, 4)]
    [InlineData(12, -1, -3)]
    [InlineData(0, 1L << 62, 4)]
    public void Run_DataOrShapeDoesNotFit_Throws(int bytes, long rows, long columns)
    {
        using var runner = TestModels.Load("no_batch");

        var failure = Assert.Throws<InferenceException>(
            () => runner.RunOnce([new Tensor("x", TensorDatatype.Fp32, [rows, columns], new byte[bytes])]));

        Assert.Equal(InferenceFailure.Failed, failure.Failure);
    }

    [Theory]
    [InlineData(new byte[] { 5, 0, 0, 0, 1 })]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff, 1 })]
    [InlineData(new byte[] { 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 0 })]
    public void Run_BrokenStrings_Throws(byte[] data)
    {
        using var runner = Identity(TensorDatatype.Bytes);

        Assert.Throws<InferenceException>(() => runner.RunOnce([new Tensor("x", TensorDatatype.Bytes, [1, 1], data)]));
    }

    [Fact]
    public void Run_WrongNameOrDatatypeOrMissing_Throws()
    {
        using var runner = Identity(TensorDatatype.Fp32);

        Assert.Throws<InferenceException>(() => runner.RunOnce([TestTensors.Floats("z", [1, 1], 1)]));
        Assert.Throws<InferenceException>(() => runner.RunOnce([TestTensors.Of("x", TensorDatatype.Int32, [1, 1], 1)]));
        Assert.Throws<InferenceException>(() => runner.RunOnce([]));
    }

    private static OnnxModelRunner Identity(TensorDatatype datatype) =>
        TestModels.Load("identity_" + datatype.ProtocolName().ToLowerInvariant());
}
