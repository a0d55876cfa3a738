using QueueInference.Api.Submitting;
using Xunit;

namespace QueueInference.Tests.Api.Submitting;

public sealed class AllowanceTests
{
    private readonly Allowance _allowance = new(10);

    [Fact]
    public void TryTake_NoRoom_TakesNothing()
    {
        Assert.True(_allowance.TryTake(6));
        Assert.False(_allowance.TryTake(5));
        Assert.False(_allowance.IsFull);
        Assert.True(_allowance.TryTake(4));
        Assert.True(_allowance.IsFull);
        Assert.False(_allowance.TryTake(1));
        _allowance.Free(4);
        Assert.True(_allowance.TryTake(1));
    }

    [Fact]
    public void TryTake_MoreThanAll_GetsItAlone()
    {
        Assert.True(_allowance.TryTake(50));
        Assert.False(_allowance.TryTake(1));
        _allowance.Free(50);
        Assert.True(_allowance.TryTake(1));
        Assert.False(_allowance.TryTake(50));
    }

    [Fact]
    public async Task TryTake_ManyAtOnce_NeverMoreThanAll()
    {
        var (inside, most) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                if (_allowance.TryTake(3))
                {
                    InterlockedMax(ref most, Interlocked.Increment(ref inside));
                    Interlocked.Decrement(ref inside);
                    _allowance.Free(3);
                }
            }
        })));
        Assert.InRange(most, 1, 3);
        Assert.True(_allowance.TryTake(10));
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }
}
