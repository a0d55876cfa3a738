using QueueInference.Contracts;
using QueueInference.Worker.Inference;
using Xunit;

namespace QueueInference.Tests.Worker.Inference;

public sealed class FiniteCheckTests
{
    [Theory]
    [InlineData(0f, true)]
    [InlineData(float.MaxValue, true)]
    [InlineData(float.Epsilon, true)]
    [InlineData(float.NaN, false)]
    [InlineData(float.PositiveInfinity, false)]
    [InlineData(float.NegativeInfinity, false)]
    public void IsFinite_OneElement_DecidesForEachFloatingType(float value, bool finite)
    {
        Assert.Equal(finite, FiniteCheck.IsFinite(TestTensors.Floats("x", [3], 1, value, 2)));
        Assert.Equal(finite, FiniteCheck.IsFinite(TestTensors.Of("x", TensorDatatype.Fp64, [3], 1d, (double)value, 2)));
        if (float.Abs(value) < 1 || !finite)
        {
            Assert.Equal(finite, FiniteCheck.IsFinite(TestTensors.Of("x", TensorDatatype.Fp16, [3], (Half)1, (Half)value, (Half)2)));
            Assert.Equal(finite, FiniteCheck.IsFinite(TestTensors.Of("x", TensorDatatype.Bf16, [2], (ushort)0x3F80, (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16))));
        }
    }

    [Fact]
    public void IsFinite_Integers_AlwaysAre() => Assert.True(FiniteCheck.IsFinite(TestTensors.Of("x", TensorDatatype.Int32, [1], -1)));
}
