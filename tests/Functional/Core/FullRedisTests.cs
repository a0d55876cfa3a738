using QueueInference.Core.DeadLetters;
using QueueInference.Core.Jobs;
using QueueInference.Core.Store;
using QueueInference.Functional.Services;
using QueueInference.Tests.Shared;
using static QueueInference.Tests.Shared.StoreHarness;

namespace QueueInference.Functional.Core;

/// <summary>A Redis at its limit turns new jobs away and lets the old ones finish.</summary>
public sealed class FullRedisTests
{
    [Fact]
    public async Task MaxMemory_RefusesReserve_AllowsEverythingElse()
    {
        await using var server = await RedisProcess.StartAsync();
        await using var redis = RedisConnection.Open(server.Address + ",allowAdmin=true", TimeSpan.FromSeconds(10));
        var store = new StoreHarness(redis);
        var (running, released, canceled, late) = (await store.QueuedAsync(), await store.QueuedAsync(), await store.QueuedAsync(), await store.QueuedAsync());
        var unconfirmed = store.NewJob();
        await store.Submissions.ReserveAsync([unconfirmed], Stop);
        var overdue = await store.QueuedAsync(spec => spec with { Deadline = spec.CreatedAt - 1 });
        var lookedAtTooSoon = store.NewJob();
        await store.With(options => options.MaxQueueAge = TimeSpan.Zero).Submissions.ReserveAsync([lookedAtTooSoon], Stop);
        await store.Submissions.ConfirmAsync([lookedAtTooSoon], Stop);
        var (letters, letter) = (new DeadLetterStore(store.Redis), DeadLetter.Of("qi.dead", "m", new Death(null, null, 0, null), new byte[] { 1 }));
        await letters.KeepAsync(letter, new byte[] { 1 }, Stop);

        await redis.GetServers()[0].ConfigSetAsync("maxmemory", "1");

        await Assert.ThrowsAsync<StoreFullException>(() => store.Submissions.ReserveAsync([store.NewJob()], Stop));
        // Dead letters wait on the broker meanwhile; those that are kept may go.
        await Assert.ThrowsAsync<StoreFullException>(() => letters.RoomAsync(1, 0, Stop));
        await Assert.ThrowsAsync<StoreFullException>(() => letters.KeepAsync(letter with { Id = "another" }, new byte[] { 1 }, Stop));
        Assert.Equal(1, await letters.RemoveAsync([letter.Id], Stop));
        await store.Submissions.ConfirmAsync([unconfirmed], Stop);
        await store.Submissions.ConfirmAsync([unconfirmed], Stop);
        var claimant = Claimant();
        foreach (var job in new[] { running, released, late })
        {
            Assert.Equal(ClaimOutcome.Take, (await ClaimAsync(store.Claims, job, claimant)).Outcome);
        }

        Assert.Equal([RenewOutcome.Ok], await store.Claims.RenewAsync([new Lease(running.Id, claimant.Token)], Stop));
        Assert.True(await store.Claims.StartAsync(new Lease(running.Id, claimant.Token), 2, Stop));
        Assert.Equal(FinishOutcome.Ok, await FinishAsync(store.Claims, running, claimant.Token, new byte[100_000]));
        Assert.True((await store.Claims.ReleaseAsync(store.Model, [new Lease(released.Id, claimant.Token)], Stop))[0]);
        Assert.True(await store.Submissions.CancelAsync(canceled.Id, store.Model, Stop));
        await store.Partitions.EnsureAsync(Stop);
        var sweeps = store.With(_ => { }).Sweeps;
        Assert.Equal("expired", await SweepAsync(sweeps, overdue));
        Assert.Equal(0, (await sweeps.SweepAsync("p00", Stop)).Seen);
        Assert.Equal([late.Id, unconfirmed.Id], await sweeps.VoidAsync(store.Model, [late.Id, unconfirmed.Id], Stop));
        Assert.True(await store.Submissions.ForgetAsync(running.Id, Tenant, Stop));
        Assert.Contains("evicted_keys:0\r", (await redis.GetDatabase().ExecuteAsync("INFO", "stats")).ToString(), StringComparison.Ordinal);
    }

    /// <summary>A store that filled up under a release that did not write its format: this one must not stand still for that.</summary>
    [Fact]
    public async Task MaxMemory_NoFormatWritten_GoesOn()
    {
        await using var server = await RedisProcess.StartAsync();
        await using var redis = RedisConnection.Open(server.Address + ",allowAdmin=true", TimeSpan.FromSeconds(10));
        var job = await new StoreHarness(redis).QueuedAsync();
        await redis.GetDatabase().KeyDeleteAsync("qi:format");
        await redis.GetServers()[0].ConfigSetAsync("maxmemory", "1");

        var store = new StoreHarness(redis);
        var claimant = Claimant();
        await store.Claims.ClaimAsync([new Contracts.JobMessage(job.Id.Text, job.Spec, null)], claimant, Stop);
        Assert.Equal(FinishOutcome.Ok, await FinishAsync(store.Claims, job, claimant.Token));
    }

    /// <summary>Redis forgets its scripts when it restarts; nobody may notice.</summary>
    [Fact]
    public async Task ScriptFlush_IsHealed()
    {
        await using var server = await RedisProcess.StartAsync();
        await using var redis = RedisConnection.Open(server.Address + ",allowAdmin=true", TimeSpan.FromSeconds(10));
        var store = new StoreHarness(redis);
        await store.QueuedAsync();
        await redis.GetServers()[0].ScriptFlushAsync();
        var job = await store.QueuedAsync();
        Assert.Equal(ClaimOutcome.Take, (await ClaimAsync(store.Claims, job, Claimant())).Outcome);
    }
}
