using QueueInference.Core.Store;

namespace QueueInference.Tests.Core.Store;

public sealed class SharedTurnTests
{
    private readonly SharedTurn _turn = new();

    [Fact]
    public async Task WhoComesDuringACall_SharesTheNext_WhichBeginsAfterIt()
    {
        var (calls, first) = (0, new TaskCompletionSource());
        var running = _turn.TakeAsync(() =>
        {
            calls++;
            return first.Task;
        });
        await Wait.UntilAsync(() => Task.FromResult(Volatile.Read(ref calls) == 1), TimeSpan.FromSeconds(20), "the first call to begin");
        var late = Enumerable.Range(0, 3).Select(_ => _turn.TakeAsync(() =>
        {
            Assert.True(first.Task.IsCompleted);
            calls++;
            return Task.CompletedTask;
        })).ToList();
        Assert.DoesNotContain(late, task => task.IsCompleted);
        first.SetResult();
        await Task.WhenAll([running, .. late]);
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task CallThatFails_FailsThoseWhoShareIt_AndNotTheNext()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => _turn.TakeAsync(() => throw new TimeoutException()));
        await _turn.TakeAsync(() => Task.CompletedTask);
    }
}
