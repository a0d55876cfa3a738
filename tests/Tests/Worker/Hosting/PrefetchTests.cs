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

    private static ModelVersionInfo Version(int batch, int group) => new("m", 1, new([], []), batch, group, 3, "");
}
