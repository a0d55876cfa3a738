using QueueInference.Worker.Inference;
using Xunit;

namespace QueueInference.Tests.Worker.Inference;

public sealed class CpuLimitTests
{
    [Theory]
    [InlineData("50000 100000\n", 1, 1)]
    [InlineData("150000 100000\n", 2, 1)]
    [InlineData("200000 100000\n", 2, 2)]
    [InlineData("399999 100000\n", 4, 3)]
    [InlineData("25000 10000\n", 3, 2)]
    public void WholeCores_Quota_IsRoundedDownToAtLeastOne(string cpuMax, int processors, int cores) =>
        Assert.Equal(cores, CpuLimit.WholeCores(cpuMax, processors));

    [Fact]
    public void WholeCores_QuotaAboveTheProcessors_IsThose() => Assert.Equal(2, CpuLimit.WholeCores("99999999999999 100000", 2));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("max 100000\n")]
    [InlineData("100000")]
    [InlineData("-1 100000")]
    [InlineData("100000 0")]
    [InlineData("a b")]
    public void WholeCores_NoLimitOrUnreadable_IsTheProcessors(string? cpuMax) => Assert.Equal(4, CpuLimit.WholeCores(cpuMax, 4));

    [Fact]
    public void Cores_Here_AreThereAndNoMoreThanDotnetCounts() => Assert.InRange(CpuLimit.Cores, 1, Environment.ProcessorCount);
}
