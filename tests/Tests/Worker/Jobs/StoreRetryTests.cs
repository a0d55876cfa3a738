using Microsoft.Extensions.Time.Testing;
using QueueInference.Core.Store;
using QueueInference.Worker.Jobs;
using Xunit;

namespace QueueInference.Tests.Worker.Jobs;

public sealed class StoreRetryTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private readonly FakeTimeProvider time = new();
    private int calls;

    // Without a context of its own, what waits for the fake clock goes on within Advance.
    public StoreRetryTests() => SynchronizationContext.SetSynchronizationContext(null);

    [Fact]
    public async Task RunAsync_StoreAnswers_CallsOnce()
    {
        Assert.Equal(1, await Run(failures: 0, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task RunAsync_StoreComesBack_AnswersAfterAPause()
    {
        var run = Run(failures: 2, TimeSpan.FromSeconds(60));
        Assert.Equal(1, calls);
        time.Advance(Pause - TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, calls);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, calls);
        time.Advance(Pause);

        Assert.Equal(3, await run);
    }

    [Fact]
    public async Task RunAsync_StoreStaysAway_GivesUpAfterItsPatience()
    {
        var run = Run(failures: int.MaxValue, TimeSpan.FromSeconds(1));
        for (var i = 0; i < 4; i++)
        {
            Assert.False(run.IsCompleted);
            time.Advance(Pause);
        }

        await Assert.ThrowsAsync<StoreUnavailableException>(() => run);
        Assert.Equal(5, calls);
    }

    [Fact]
    public async Task RunAsync_NoPatience_TriesOnce()
    {
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Run(failures: 1, TimeSpan.Zero));
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task RunAsync_AnyOtherFault_IsNotRepeated()
    {
        await Assert.ThrowsAsync<StoreFullException>(() => new StoreRetry(time).RunAsync<int>(
            () => throw new StoreFullException(new InvalidOperationException()), TimeSpan.FromSeconds(60), CancellationToken.None));
    }

    [Fact]
    public async Task RunAsync_CanceledInThePause_Ends()
    {
        using var stop = new CancellationTokenSource();
        var run = Run(failures: int.MaxValue, TimeSpan.FromSeconds(60), stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(1, calls);
    }

    private Task<int> Run(int failures, TimeSpan patience, CancellationToken? stop = null) => new StoreRetry(time).RunAsync(
        () => ++calls > failures ? Task.FromResult(calls) : Task.FromException<int>(new StoreUnavailableException(new TimeoutException())), patience, stop ?? TestContext.Current.CancellationToken);
}
