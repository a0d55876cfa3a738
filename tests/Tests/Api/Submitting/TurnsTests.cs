using Microsoft.Extensions.Time.Testing;
using QueueInference.Api.Submitting;
using Xunit;

namespace QueueInference.Tests.Api.Submitting;

public sealed class TurnsTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(100, 2, 5)]
    [InlineData(100, 500, 1)]
    [InlineData(100_000, 1_000, 10)]
    [InlineData(1, 0.2, 5)]
    [InlineData(1, 3, 1)]
    public void Next_First_WhenATenthHasDrained(int limit, double perSecond, int seconds) =>
        Assert.Equal(seconds, Next(new Turns(limit, _time), perSecond));

    [Fact]
    public void Next_ManyAtOnce_NoSecondIsGivenToMoreThanHaveRoom()
    {
        var turns = new Turns(100, _time);
        var told = Enumerable.Range(0, 1000).Select(_ => Next(turns, 20)).ToList();
        Assert.Equal(told.Order(), told);
        Assert.Equal(50, told[^1]);
        Assert.All(told.CountBy(seconds => seconds), group => Assert.InRange(told.Count(seconds => seconds <= group.Key), 1, group.Key * 20));
    }

    [Fact]
    public void Next_TimePasses_TurnsBeforeItAreOver()
    {
        var turns = new Turns(100, _time);
        _ = Enumerable.Range(0, 400).Select(_ => Next(turns, 20)).ToList();
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(11, Next(turns, 20));
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(1, Next(turns, 20));
    }

    [Fact]
    public void Next_CallerThatComesAgainAtOnceForAnHour_IsForgottenSoon()
    {
        var turns = new Turns(100, _time);
        for (var second = 0; second < 3600; second++)
        {
            _ = Enumerable.Range(0, 200).Select(_ => Next(turns, 20)).ToList();
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        _time.Advance(TimeSpan.FromSeconds(290));
        Assert.InRange(Next(turns, 20), 1, 11);
    }

    [Fact]
    public void Next_TooFarAway_IsSpreadBelowTheMost()
    {
        var turns = new Turns(100_000, _time);
        Assert.Equal([150, 225, 300], new[] { 0, 0.5, 1 }.Select(luck => turns.Next(0.5, served: true, luck).Seconds));
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 20)]
    public void Next_NothingMeasured_IsSpread(double luck, int seconds)
    {
        Assert.Equal(seconds, new Turns(100, _time).Next(null, served: true, luck).Seconds);
        Assert.Equal(seconds, new Turns(100, _time).Next(0, served: true, luck).Seconds);
    }

    [Fact]
    public void Next_NobodyServes_LaterAndSaysSo()
    {
        var retry = new Turns(100, _time).Next(1000, served: false, 0);
        Assert.Equal(30, retry.Seconds);
        Assert.Contains("worker", retry.Reason, StringComparison.Ordinal);
    }

    private static int Next(Turns turns, double perSecond) => turns.Next(perSecond, served: true, 0.5).Seconds;
}
