using System.Runtime.InteropServices;
using QueueInference.Contracts;
using QueueInference.Worker.Rollouts;
using Xunit;

namespace QueueInference.Tests.Worker.Rollouts;

public sealed class OutputAgreementTests
{
    [Fact]
    public void Of_Scores_AgreeWhereTheHighestIsAtTheSamePlace()
    {
        var agreement = OutputAgreement.Of([Floats(2, 3, .1f, .7f, .2f, .6f, .3f, .1f)], [Floats(2, 3, .2f, .5f, .3f, .2f, .7f, .1f)], 2, tolerance: 0);

        Assert.Equal([true, false], agreement.Agreed);
        var (output, max, sum, count) = Assert.Single(agreement.Gaps);
        Assert.Equal(("y", 6), (output, count));
        Assert.Equal(.4, max, 1e-6);
        Assert.Equal(1.2, sum, 1e-6);
    }

    [Fact]
    public void Of_NotANumber_DoesNotAgreeWithANumber() =>
        Assert.Equal([false], OutputAgreement.Of([Floats(1, 2, 1, 0)], [Floats(1, 2, float.NaN, 0)], 1, tolerance: 0).Agreed);

    [Fact]
    public void Of_SingleNumbers_AgreeWithinTheTolerance() =>
        Assert.Equal([true, false], OutputAgreement.Of([Floats(2, 1, 100, 100)], [Floats(2, 1, 104, 106)], 2, tolerance: 0.05).Agreed);

    [Fact]
    public void Of_LabelsAsIntegers_AgreeWhereTheyAreTheSame() =>
        Assert.Equal([true, false], OutputAgreement.Of([Longs(3, 4)], [Longs(3, 5)], 2, tolerance: 0.05).Agreed);

    [Fact]
    public void Of_OtherShapes_NeverAgree() =>
        Assert.Equal([false, false], OutputAgreement.Of([Floats(2, 1, 1, 2)], [Floats(2, 2, 1, 2, 3, 4)], 2, tolerance: 1).Agreed);

    [Theory]
    [InlineData(1, 3)]
    [InlineData(3, 1)]
    [InlineData(5, 7)]
    public void Of_OutputThatIsNotByRow_IsOneAnswerToAll(int first, int width)
    {
        var data = new float[first * width];
        Assert.Equal([true, true], OutputAgreement.Of([Floats(first, width, data)], [Floats(first, width, data)], 2, tolerance: 0).Agreed);
        float[] other = [.. data];
        other[^1] = 1;
        Assert.Equal([false, false], OutputAgreement.Of([Floats(first, width, data)], [Floats(first, width, other)], 2, tolerance: 0).Agreed);
    }

    [Fact]
    public void Of_Infinities_AreFarApartButFinite()
    {
        var (_, max, sum, _) = Assert.Single(OutputAgreement.Of([Floats(1, 2, 1, 2)], [Floats(1, 2, float.PositiveInfinity, float.NaN)], 1, tolerance: 0).Gaps);
        Assert.True(double.IsFinite(max) && double.IsFinite(sum));
    }

    [Fact]
    public void Of_ARowThatAgreesInOneOutputOnly_DoesNotAgree() =>
        Assert.Equal([false, true], OutputAgreement.Of(
            [Floats(2, 1, 1, 2), Longs(1, 2) with { Name = "z" }], [Floats(2, 1, 9, 2), Longs(1, 2) with { Name = "z" }], 2, tolerance: 0.05).Agreed);

    private static Tensor Floats(long rows, long width, params float[] data) => new("y", TensorDatatype.Fp32, [rows, width], MemoryMarshal.AsBytes(data.AsSpan()).ToArray());

    private static Tensor Longs(params long[] data) => new("y", TensorDatatype.Int64, [data.Length], MemoryMarshal.AsBytes(data.AsSpan()).ToArray());
}
