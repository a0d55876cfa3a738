using Microsoft.Extensions.Time.Testing;
using QueueInference.Worker.Jobs;
using Xunit;

namespace QueueInference.Tests.Worker.Jobs;

public sealed class DrainRatesTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_000_000));
    private readonly HeldJobs _held = new();
    private readonly DrainRates _rates;

    public DrainRatesTests() => _rates = new DrainRates(_held, _time);

    [Fact]
    public void PerSecond_NothingEnded_NamesNoModel() => Assert.Empty(_rates.PerSecond());

    [Fact]
    public void PerSecond_JobsEnded_EachModelItsOwn()
    {
        _rates.Ended("m", 4, Ago(2));
        _rates.Ended("n", 30, Ago(1));
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal((2, 30), (_rates.PerSecond()["m"], _rates.PerSecond()["n"]));
    }

    [Fact]
    public void PerSecond_AJobIsHeldAndDoesNotEnd_Falls()
    {
        _rates.Ended("m", 4, Ago(2));
        _held.Add(TestJobs.Held(createdAt: Ago(0)));
        _time.Advance(TimeSpan.FromSeconds(38));
        Assert.Equal(0.1, _rates.PerSecond()["m"], 3);
    }

    private long Ago(int seconds) => _time.GetUtcNow().AddSeconds(-seconds).ToUnixTimeMilliseconds();
}
