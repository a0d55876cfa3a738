using QueueInference.Api.Bulk;
using Xunit;

namespace QueueInference.Tests.Api.Bulk;

public sealed class BulkRoomTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);
    private readonly BulkRoom _room = new(Longest, mostItems: 2, mostBytes: 10);

    [Fact]
    public async Task EnterAsync_Full_WaitsInOrder()
    {
        await EnterAsync(1);
        await EnterAsync(1);
        var (third, fourth) = (EnterAsync(1), EnterAsync(1));
        Assert.False(third.IsCompleted);
        _room.Leave(1, Longest);
        await third;
        Assert.False(fourth.IsCompleted);
        _room.Leave(1, Longest);
        await fourth;
    }

    [Fact]
    public async Task EnterAsync_TooManyBytes_Waits()
    {
        await EnterAsync(6);
        var second = EnterAsync(5);
        Assert.False(second.IsCompleted);
        _room.Leave(6, Longest);
        await second;
    }

    [Fact]
    public async Task EnterAsync_SmallBehindLarge_DoesNotOvertake()
    {
        await EnterAsync(6);
        var (large, small) = (EnterAsync(8), EnterAsync(1));
        Assert.False(small.IsCompleted);
        _room.Leave(6, Longest);
        await large;
        await small;
    }

    [Fact]
    public async Task EnterAsync_LargerThanAllowed_GoesAlone()
    {
        await EnterAsync(11);
        var next = EnterAsync(0);
        Assert.False(next.IsCompleted);
        _room.Leave(11, Longest);
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
        _room.Leave(6, Longest);
        _room.Leave(4, Longest);
        await EnterAsync(10);
    }

    [Fact]
    public void Leave_Quick_RoomGrowsToTheMost()
    {
        var room = new BulkRoom(Longest, mostItems: 100);
        var first = Fill(room);
        Assert.True(first < 100);
        Empty(room, first, Longest);
        Assert.Equal(2 * first, Fill(room));
        Empty(room, 2 * first, Longest);
        Assert.Equal(100, Fill(room));
    }

    [Fact]
    public void Leave_Slow_RoomShrinksButNotToNothing()
    {
        var room = new BulkRoom(Longest, mostItems: 100);
        var items = Fill(room);
        for (var turn = 0; turn < 10; turn++)
        {
            Empty(room, items, 2 * Longest);
            items = Fill(room);
        }

        Assert.Equal(4, items);
    }

    /// <summary>Enters until there is no room, and answers how many had it.</summary>
    private static int Fill(BulkRoom room)
    {
        using var gone = new CancellationTokenSource();
        var items = 0;
        while (room.EnterAsync(0, gone.Token).IsCompletedSuccessfully)
        {
            items++;
        }

        // The one too many must not wait on.
        gone.Cancel();
        return items;
    }

    private static void Empty(BulkRoom room, int items, TimeSpan took)
    {
        for (var i = 0; i < items; i++)
        {
            room.Leave(0, took);
        }
    }

    private Task EnterAsync(long bytes) => _room.EnterAsync(bytes, TestContext.Current.CancellationToken);
}
