using QueueInference.Core.Rollouts;
using QueueInference.Core.Store;
using QueueInference.Tests.Core.Jobs;
using Xunit;

namespace QueueInference.Tests.Core.Rollouts;

public sealed class RolloutStoreTests(GarnetFixture garnet) : IClassFixture<GarnetFixture>
{
    private readonly RolloutStore _store = new(new RedisStore(garnet.Redis, new RedisStoreOptions(TimeSpan.FromSeconds(10))));
    private readonly string _model = "m" + Guid.NewGuid().ToString("N");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Change_ByTwoAtOnce_IsMadeByOne()
    {
        var serving = new RolloutState(RolloutStage.Serving, 1, Since: 5);
        Assert.True(await ChangeAsync(null, serving));
        var shadow = new RolloutState(RolloutStage.Shadow, 1, 2, "abc", 0, 7);

        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ChangeAsync(serving, shadow)));

        Assert.Single(all, changed => changed);
        Assert.Equal(shadow, (await _store.GetAsync(Stop))[_model]);
        Assert.Equal([7, 5], (await _store.EventsAsync(_model, Stop)).Select(one => one.At));
        // What was read can be changed, so it is written as it was.
        Assert.True(await ChangeAsync((await _store.GetAsync(Stop))[_model], shadow with { Stage = RolloutStage.Rejected, Reason = "It is \"worse\"." }));
    }

    [Fact]
    public async Task Forget_WhatWasRejected_ServesOnWithoutAVerdict()
    {
        await ChangeAsync(null, new RolloutState(RolloutStage.Shadow, 1, 2, "abc").Reject("It is worse.", 3));
        var rejected = (await _store.GetAsync(Stop))[_model];
        Assert.Equal("It was rejected: It is worse.", rejected.Rejection(2, "abc"));
        Assert.Null(rejected.Rejection(2, "def"));
        Assert.Null(rejected.Rejection(3, "abc"));

        Assert.True(await _store.ForgetAsync(_model, 9, Stop));

        Assert.Equal(new RolloutState(RolloutStage.Serving, 1, Since: 9), (await _store.GetAsync(Stop))[_model]);
        Assert.Equal("forgotten", (await _store.EventsAsync(_model, Stop))[0].Event);
    }

    [Fact]
    public async Task Forget_WhileACandidateIsCompared_BeginsItsShadowAnew()
    {
        await ChangeAsync(null, new RolloutState(RolloutStage.Canary, 1, 2, "abc", 25, 3));

        Assert.True(await _store.ForgetAsync(_model, 9, Stop));

        Assert.Equal(new RolloutState(RolloutStage.Shadow, 1, 2, "abc", 0, 9), (await _store.GetAsync(Stop))[_model]);
    }

    [Fact]
    public async Task Forget_ModelWithoutRollout_IsNothing() => Assert.False(await _store.ForgetAsync(_model, 9, Stop));

    [Fact]
    public async Task Numbers_OfWhatCannotBeCompared_AreFinite()
    {
        var tally = new RolloutTally();
        tally.AddGap("y", 1e30, 1e300, 1);
        for (var i = 0; i < 3; i++)
        {
            await _store.AddAsync(_model, 7, "a", tally, Stop);
            tally.AddGap("y", 1e30, 1e300, 1);
        }

        Assert.True(double.IsFinite(Assert.Single((await _store.NumbersAsync(_model, 7, Stop)).Outputs).MeanDifference));
    }

    [Fact]
    public async Task Numbers_OfTwoWorkers_AreAddedUp()
    {
        await AddAsync("a", 2, 0.5);
        await AddAsync("b", 3, 0.25);

        var numbers = await _store.NumbersAsync(_model, 7, Stop);

        Assert.Equal((5, 5, 5, 1), (numbers.Jobs, numbers.Rows, numbers.Agreed, numbers.Agreement));
        Assert.Equal(2, numbers.LatencyRatio!.Value, 1e-9);
        var gap = Assert.Single(numbers.Outputs);
        Assert.Equal(("y", 0.5), (gap.Name, gap.MaxDifference));
        Assert.Equal(((2 * 0.5) + (3 * 0.25)) / 5, gap.MeanDifference, 1e-9);
        Assert.Equal(0, (await _store.NumbersAsync(_model, 8, Stop)).Jobs);
    }

    [Fact]
    public async Task Add_Twice_CountsOnce()
    {
        var tally = new RolloutTally();
        tally.Add(("jobs", 1));
        await _store.AddAsync(_model, 7, "a", tally, Stop);
        await _store.AddAsync(_model, 7, "a", tally, Stop);

        Assert.Equal(1, (await _store.NumbersAsync(_model, 7, Stop)).Jobs);
    }

    private Task<bool> ChangeAsync(RolloutState? before, RolloutState after) =>
        _store.ChangeAsync(_model, before, after, new RolloutEvent(after.Since, "test", 2, 1, 0, "It is new.", new RolloutNumbers { Jobs = 1 }), Stop);

    private Task AddAsync(string worker, int jobs, double gap)
    {
        var tally = new RolloutTally();
        tally.Add(("jobs", jobs), ("rows", jobs), ("agreed", jobs), ("timed", jobs), ("log_ratio", jobs * Math.Log(2)));
        for (var job = 0; job < jobs; job++)
        {
            tally.AddGap("y", gap, gap, 1);
        }

        return _store.AddAsync(_model, 7, worker, tally, Stop);
    }
}
