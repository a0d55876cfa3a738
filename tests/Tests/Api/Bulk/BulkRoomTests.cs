using QueueInference.Api.Bulk;
using Xunit;

namespace QueueInference.Tests.Api.Bulk;

public sealed class BulkRoomTests
{
    private readonly BulkRoom _room = new(mostItems: 2, mostBytes: 10);

    [Fact]
    public async Task EnterAsync_Full_WaitsInOrder()
    {
        await EnterAsync(1);
        await EnterAsync(1);
        var (third, fourth) = (EnterAsync(1), EnterAsync(1));
        Assert.False(third.IsCompleted);
        _room.Leave(1);
        await third;
        Assert.False(fourth.IsCompleted);
        _room.Leave(1);
        await fourth;
    }

    [Fact]
    public async Task EnterAsync_TooManyBytes_Waits()
    {
        await EnterAsync(6);
        var second = EnterAsync(5);
        Assert.False(second.IsCompleted);
        _room.Leave(6);
        await second;
    }

    [Fact]
    public async Task EnterAsync_SmallBehindLarge_DoesNotOvertake()
    {
        await EnterAsync(6);
        var (large, small) = (EnterAsync(8), EnterAsync(1));
        Assert.False(small.IsCompleted);
        _room.Leave(6);
        await large;
        await small;
    }

    [Fact]
    public async Task EnterAsync_LargerThanAllowed_GoesAlone()
    {
        await EnterAsync(11);
        var next = EnterAsync(0);
        Assert.False(next.IsCompleted);
        _room.Leave(11);
        await next;
    }

    [Fact]
    public async Task EnterAsync_Canceled_LeavesNoTrace()
    {
        await EnterAsync(6);
        using var gone = new CancellationTokenSource();
        var canceled = _room.EnterAsync(5, gone.Token);
        var next = EnterAsync(4);
        Assert.False(next.IsCompleted);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => canceled);
        // It was only in the way.
        await next;
        _room.Leave(6);
        _room.Leave(4);
        await EnterAsync(10);
    }

    private Task EnterAsync(long bytes) => _room.EnterAsync(bytes, TestContext.Current.CancellationToken);
}
