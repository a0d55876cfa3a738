using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using QueueInference.Worker.Batching;
using Xunit;

namespace QueueInference.Tests.Worker.Batching;

public sealed class RunWatchdogTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _givenUp = [];

    [Fact]
    public void Begin_RunInTime_IsLeftAlone()
    {
        using (var watch = Watchdog().Begin())
        {
            _time.Advance(Timeout - TimeSpan.FromMilliseconds(1));
            Assert.False(watch.Token.IsCancellationRequested);
        }

        _time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(_givenUp);
    }

    [Fact]
    public void Begin_RunTooLong_IsAskedToStop()
    {
        using var watch = Watchdog().Begin();

        _time.Advance(Timeout);

        Assert.True(watch.Token.IsCancellationRequested);
        Assert.Empty(_givenUp);
    }

    [Fact]
    public void Begin_RunThatDoesNotStop_EndsTheProcess()
    {
        using var watch = Watchdog().Begin();

        _time.Advance(Timeout + RunWatchdog.Grace);

        Assert.Contains("did not stop", Assert.Single(_givenUp));
    }

    private RunWatchdog Watchdog() => new(Timeout, _time, NullLogger.Instance, _givenUp.Add);
}
