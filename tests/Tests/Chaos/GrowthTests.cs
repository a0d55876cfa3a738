using QueueInference.Chaos.Checking;
using QueueInference.Chaos.History;

namespace QueueInference.Tests.Chaos;

public sealed class GrowthTests
{
    [Fact]
    public void Of_ProcessThatHoldsWhatItHeld_SaysNothing() => Assert.Empty(Growth.Of(Life(100, at => (50, 20, 100))));

    [Fact]
    public void Of_HandlesThatAreNotGivenBack_AreSeen() => Assert.Contains("handles", Assert.Single(Growth.Of(Life(100, at => (50 + at, 20, 100)))), StringComparison.Ordinal);

    [Fact]
    public void Of_ThreadsThatStay_AreSeen() => Assert.Contains("threads", Assert.Single(Growth.Of(Life(100, at => (50, 20 + at, 100)))), StringComparison.Ordinal);

    [Fact]
    public void Of_WhatWasOpenedInTheFirstSeconds_IsNoGrowth() => Assert.Empty(Growth.Of(Life(100, at => at < 10 ? (5, 5, 10) : (200, 90, 100))));

    [Fact]
    public void Of_AnotherProcessAfterARestart_IsMeasuredByItself()
    {
        var (first, second) = (Life(100, _ => (10, 5, 50)), Life(100, _ => (500, 500, 500)).Select(sample => sample with { Process = 8 }));

        Assert.Empty(Growth.Of([.. first, .. second]));
    }

    [Theory]
    [InlineData(0.9, false)]
    [InlineData(1.2, true)]
    public void Of_MemoryOverAnHour_MayGrowByAMegabyteInTenMinutes(double slope, bool seen) =>
        Assert.Equal(seen, Growth.Of(Life(3600, at => (50, 20, 100 + (slope * at / 600) + Noise(at)))).Any());

    /// <summary>A cache that fills at first, and a peak at the end.</summary>
    [Fact]
    public void Of_MemoryThatOnceFilledStays_SaysNothing() => Assert.Empty(Growth.Of(Life(3600, at => (50, 20, Math.Min(300, 100 + at) + (at > 3500 ? 80 : 0)))));

    [Fact]
    public void Of_MemoryOfAShortLife_IsNotAskedFor() => Assert.Empty(Growth.Of(Life(600, at => (50, 20, at))));

    private static double Noise(double at) => at % 60 < 10 ? 25 : at % 7;

    private static IEnumerable<HostSample> Life(int seconds, Func<int, (int Handles, int Threads, double Megabytes)> held) =>
        Enumerable.Range(0, (seconds / 5) + 1).Select(i => held(i * 5)).Select((hold, i) => new HostSample("api", 7, i * 5, hold.Handles, hold.Threads, hold.Megabytes));
}
