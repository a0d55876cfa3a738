using QueueInference.Core.Gathering;

namespace QueueInference.Tests.Core.Gathering;

public sealed class GathererTests
{
    private readonly List<(int[] Items, TaskCompletionSource Sent)> _calls = [];

    [Fact]
    public void Add_NothingUnderWay_GoesAtOnce()
    {
        var gatherer = Gatherer();

        gatherer.Add(1);

        Assert.Equal([[1]], Groups);
    }

    [Fact]
    public void Add_WhatCameTogether_GoesTogether()
    {
        var gatherer = Gatherer();

        gatherer.Add(1, 2, 3);

        Assert.Equal([[1, 2, 3]], Groups);
    }

    [Fact]
    public async Task Add_WhileACallIsUnderWay_GoesWithTheNext()
    {
        var gatherer = Gatherer();
        gatherer.Add(1);
        gatherer.Add(2);
        gatherer.Add(3);
        Assert.Single(Groups);

        await EndAsync(0);

        Assert.Equal([[1], [2, 3]], Groups);
    }

    [Fact]
    public void Add_AFullGroup_GoesBesideTheFirst_AsManyAsAllowed()
    {
        var gatherer = Gatherer(inFlight: 2, share: _ => 1d / 64);
        gatherer.Add(0);
        gatherer.Add([.. Enumerable.Range(1, 63)]);
        Assert.Single(Groups);

        gatherer.Add(64);
        Assert.Equal([1, 64], Groups.Select(group => group.Length));

        gatherer.Add([.. Enumerable.Range(65, 64)]);
        Assert.Equal(2, _calls.Count);
    }

    [Fact]
    public async Task Add_ItemsOfDifferentShares_FillNoMoreThanAGroup()
    {
        var gatherer = Gatherer(inFlight: 1, share: item => item / 10d);
        gatherer.Add(1);
        gatherer.Add(5, 4, 2, 30, 1);

        for (var i = 0; i < 4; i++)
        {
            await EndAsync(i);
        }

        Assert.Equal([[1], [5, 4], [2], [30], [1]], Groups);
    }

    [Fact]
    public void Add_CallsThatEndAtOnce_DoNotNest()
    {
        var sent = 0;
        var gatherer = new Gatherer<int>(1, _ => 1, group =>
        {
            sent += group.Count;
            return Task.CompletedTask;
        });

        gatherer.Add([.. Enumerable.Range(0, 200_000)]);

        Assert.Equal(200_000, sent);
    }

    [Fact]
    public async Task Add_FromManyThreads_SendsEachItemOnce_WithNoMoreCallsThanAllowed()
    {
        var (seen, now, most) = (new System.Collections.Concurrent.ConcurrentBag<int>(), 0, 0);
        var done = new TaskCompletionSource();
        var gatherer = new Gatherer<int>(3, _ => 1d / 8, async group =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref now));
            await Task.Yield();
            Interlocked.Decrement(ref now);
            foreach (var item in group)
            {
                seen.Add(item);
            }

            if (seen.Count == 10_000)
            {
                done.TrySetResult();
            }
        });

        Parallel.For(0, 10_000, item => gatherer.Add(item));
        await done.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Range(0, 10_000), seen.Order());
        Assert.InRange(most, 1, 3);
    }

    private IEnumerable<int[]> Groups => _calls.Select(call => call.Items);

    private Gatherer<int> Gatherer(int inFlight = 2, Func<int, double>? share = null) => new(inFlight, share ?? (_ => 0.1), group =>
    {
        _calls.Add(([.. group], new TaskCompletionSource()));
        return _calls[^1].Sent.Task;
    });

    /// <summary>The continuation of a call runs where its end is set.</summary>
    private async Task EndAsync(int call)
    {
        _calls[call].Sent.SetResult();
        await Task.Yield();
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }
}
