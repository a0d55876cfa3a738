using Microsoft.Extensions.Time.Testing;
using QueueInference.Core.Models;
using Xunit;

namespace QueueInference.Tests.Core.Models;

public sealed class DrainMeterTests
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);
    private readonly FakeTimeProvider _time = new();
    private readonly DrainMeter _meter;

    public DrainMeterTests() => _meter = new DrainMeter(_time);

    [Fact]
    public void PerSecond_NothingEnded_IsZero() => Assert.Equal(0, _meter.PerSecond(Long));

    [Fact]
    public void PerSecond_SteadyWork_IsItsRate()
    {
        Work(seconds: 30, perSecond: 20);
        Assert.Equal(20, _meter.PerSecond(TimeSpan.Zero), 1);
    }

    [Fact]
    public void PerSecond_FirstJob_IsThatOfItsTime()
    {
        _meter.Add(1, TimeSpan.FromMilliseconds(500));
        Assert.Equal(2, _meter.PerSecond(TimeSpan.Zero), 3);
    }

    [Fact]
    public void PerSecond_AfterAnIdleHour_IsAsBefore()
    {
        Work(seconds: 5, perSecond: 20);
        _time.Advance(Long);
        Assert.InRange(_meter.PerSecond(TimeSpan.Zero), 19, 21);
        _meter.Add(1, TimeSpan.FromMilliseconds(50));
        Assert.InRange(_meter.PerSecond(TimeSpan.Zero), 19, 21);
    }

    [Fact]
    public void PerSecond_PaceChanges_FollowsWithinSeconds()
    {
        Work(seconds: 60, perSecond: 100);
        Work(seconds: 20, perSecond: 10);
        Assert.InRange(_meter.PerSecond(TimeSpan.Zero), 10, 25);
        Work(seconds: 20, perSecond: 100);
        Assert.InRange(_meter.PerSecond(TimeSpan.Zero), 80, 100);
    }

    [Fact]
    public void PerSecond_HeldJobsDoNotEnd_Falls()
    {
        Work(seconds: 10, perSecond: 100);
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.InRange(_meter.PerSecond(Long), 0.1, 2);
        Assert.InRange(_meter.PerSecond(TimeSpan.FromSeconds(1)), 80, 100);
    }

    [Fact]
    public void PerSecond_EndedTheMomentTheyCame_IsFinite()
    {
        _meter.Add(64, TimeSpan.Zero);
        Assert.InRange(_meter.PerSecond(TimeSpan.Zero), 64, 10_000);
    }

    [Fact]
    public void PerSecond_ClockOfTheClaimIsAhead_IsNotNegative()
    {
        _meter.Add(1, TimeSpan.FromSeconds(-5));
        Assert.True(_meter.PerSecond(TimeSpan.FromSeconds(-5)) > 0);
    }

    private void Work(int seconds, int perSecond)
    {
        for (var i = 0; i < seconds * 10; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            _meter.Add(perSecond / 10, TimeSpan.FromMilliseconds(300));
        }
    }
}
