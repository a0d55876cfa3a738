using QueueInference.Contracts;
using QueueInference.Worker.Hosting;
using Xunit;

namespace QueueInference.Tests.Worker.Hosting;

public sealed class PrefetchTests
{
    [Theory]
    [InlineData(1, 16)]
    [InlineData(64, 128)]
    [InlineData(1024, 1000)]
    public void Messages_NothingMeasured_HoldTwoBatches(int batch, int messages) => Assert.Equal(messages, Prefetch.Messages(Version(batch, group: 8)));

    [Theory]
    [InlineData(0.1, 64, 16)]
    [InlineData(30_000, 1, 10)]
    [InlineData(600_000, 1, 1)]
    public void Messages_SlowRows_HoldFiveMinutesOfThem(double ms, int group, int messages) =>
        Assert.Equal(messages, Prefetch.Messages(Version(1, group) with { BatchTimes = [new("x:[*]", 1, ms, Chosen: true)] }));

    [Theory]
    [InlineData(28_000, 16, 1_000, 149)]
    [InlineData(28_000, 64, 1_000, 128)]
    [InlineData(100_000_000, 1, 8, 16)]
    public void Messages_WideRows_HoldAQuarterOfAGibibyte(long width, int group, int batch, int messages)
    {
        var signature = new ModelSignature([new("x", TensorDatatype.Fp32, [-1, width], [])], []);
        Assert.Equal(messages, Prefetch.Messages(Version(batch, group) with { Signature = signature }));
    }

    private static ModelVersionInfo Version(int batch, int group) => new("m", 1, new([], []), batch, group, 3, "");
}
