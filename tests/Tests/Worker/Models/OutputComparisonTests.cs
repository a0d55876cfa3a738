using System.Runtime.InteropServices;
using QueueInference.Contracts;
using QueueInference.Worker.Models;

namespace QueueInference.Tests.Worker.Models;

public sealed class OutputComparisonTests
{
    [Theory]
    [InlineData(TensorDatatype.Fp32, 100, 100.05, true)]
    [InlineData(TensorDatatype.Fp32, 100, 101, false)]
    [InlineData(TensorDatatype.Fp32, 1e-9, 3e-9, true)]
    [InlineData(TensorDatatype.Fp32, 1e-3, 2e-3, false)]
    [InlineData(TensorDatatype.Fp64, 100, 100.00001, true)]
    [InlineData(TensorDatatype.Fp64, 100, 100.05, false)]
    [InlineData(TensorDatatype.Fp16, 100, 101, true)]
    [InlineData(TensorDatatype.Fp16, 100, 110, false)]
    [InlineData(TensorDatatype.Bf16, 100, 104, true)]
    [InlineData(TensorDatatype.Bf16, 100, 120, false)]
    [InlineData(TensorDatatype.Int64, 100, 101, false)]
    [InlineData(TensorDatatype.UInt8, 100, 101, false)]
    [InlineData(TensorDatatype.Bool, 0, 1, false)]
    [InlineData(TensorDatatype.Fp32, double.NaN, double.NaN, true)]
    [InlineData(TensorDatatype.Fp32, double.NaN, 1, false)]
    [InlineData(TensorDatatype.Fp64, double.PositiveInfinity, double.PositiveInfinity, true)]
    [InlineData(TensorDatatype.Fp64, double.PositiveInfinity, double.NegativeInfinity, false)]
    public void Find_TwoNumbers_AreTheSameWithinTheDatatype(TensorDatatype datatype, double one, double other, bool same) =>
        Assert.Equal(same, Find(Of(datatype, one), Of(datatype, other)) is null);

    [Fact]
    public void Find_SmallBesideLarge_MayRound() => Assert.Null(Find(TestTensors.Floats("y", [2], 1000, 0.01f), TestTensors.Floats("y", [2], 1000, 0.05f)));

    [Fact]
    public void Find_OnAGpu_AllowsForCoarseProducts()
    {
        var (one, other) = (TestTensors.Floats("y", [1], 100), TestTensors.Floats("y", [1], 100.5f));
        Assert.NotNull(OutputComparison.Find([one], [other], "cpu"));
        Assert.Null(OutputComparison.Find([one], [other], "cuda:0"));
    }

    [Fact]
    public void Find_SeveralOutputs_NamesTheWorst()
    {
        var (zero, one, two) = (TestTensors.Floats("a", [1], 0), TestTensors.Floats("a", [1], 1), TestTensors.Floats("b", [1], 2));
        Assert.Equal(new OutputDifference("b", 2), OutputComparison.Find([zero, zero with { Name = "b" }], [one, two], "cpu"));
    }

    [Fact]
    public void Find_OtherShapeOrStrings_CannotBeCompared()
    {
        Assert.Equal(double.PositiveInfinity, Find(TestTensors.Floats("y", [1], 1), TestTensors.Floats("y", [1, 1], 1))!.Largest);
        Assert.Equal("the output 'y' is another one", Find(TestTensors.Strings("y", [1], "a"), TestTensors.Strings("y", [1], "b"))!.ToString());
        Assert.Null(Find(TestTensors.Strings("y", [1], "a"), TestTensors.Strings("y", [1], "a")));
    }

    private static OutputDifference? Find(Tensor one, Tensor other) => OutputComparison.Find([one], [other], "cpu");

    private static Tensor Of(TensorDatatype datatype, double value) => datatype switch
    {
        TensorDatatype.Fp32 => TestTensors.Of("y", datatype, [1], (float)value),
        TensorDatatype.Fp64 => TestTensors.Of("y", datatype, [1], value),
        TensorDatatype.Fp16 => TestTensors.Of("y", datatype, [1], (Half)value),
        TensorDatatype.Bf16 => TestTensors.Of("y", datatype, [1], MemoryMarshal.Cast<float, ushort>([(float)value])[1]),
        TensorDatatype.Int64 => TestTensors.Of("y", datatype, [1], (long)value),
        _ => TestTensors.Of("y", datatype, [1], (byte)value),
    };
}
