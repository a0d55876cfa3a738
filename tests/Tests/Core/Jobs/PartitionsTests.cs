using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using QueueInference.Core.Jobs;
using QueueInference.Tests.Shared;
using Xunit;
using static QueueInference.Tests.Shared.StoreHarness;

namespace QueueInference.Tests.Core.Jobs;

/// <summary>A store in several parts looks like one.</summary>
public sealed class PartitionsTests(GarnetFixture garnet) : IClassFixture<GarnetFixture>
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
    private readonly StoreHarness _store = new(garnet.Redis, partitions: 3);

    [Fact]
    public void Current_AsTimePasses_GoesToAllInTurn()
    {
        var partitions = Partitions(64);
        var seen = Enumerable.Range(0, 64).Select(_ => Later(partitions).Current).ToList();
        Assert.Equal(Enumerable.Range(0, 64), seen.Order());
        Assert.Equal(partitions.Current, partitions.Current);
    }

    [Fact]
    public void Of_SameKey_IsTheSameEverywhere()
    {
        Assert.Equal(Partitions(64).Of("order-17"), Partitions(64).Of("order-17"));
        Assert.InRange(Enumerable.Range(0, 1000).Select(i => Partitions(64).Of($"key {i}")).Distinct().Count(), 60, 64);
    }

    [Fact]
    public void Of_OnePartition_IsTheOnlyOne() => Assert.Equal((0, 0), (Partitions(1).Of("a"), Partitions(1).Current));

    [Fact]
    public async Task Ensure_FewerThanThereWere_LooksAfterAllOfThem()
    {
        await Partitions(5).EnsureAsync(Stop);
        var fewer = Partitions(2);
        await fewer.EnsureAsync(Stop);
        Assert.Equal(["p00", "p01", "p02", "p03", "p04"], fewer.All);
        Assert.All(Enumerable.Range(0, 10), _ => Assert.InRange(Later(fewer).Current, 0, 1));

        var more = Partitions(7);
        await more.EnsureAsync(Stop);
        await fewer.EnsureAsync(Stop);
        Assert.Equal(7, fewer.All.Count);
    }

    [Fact]
    public async Task List_JobsOfSeveralPartitions_AreInOneOrder()
    {
        var tenant = "t" + Guid.NewGuid().ToString("N");
        var jobs = await Task.WhenAll(Enumerable.Range(0, 9).Select(i => QueuedAsync(i % 3, createdAt: 1000 + i, tenant)));
        Assert.Equal(Newest(jobs, 0, 9), await ListAsync(tenant, 0, 100));
        Assert.Equal(Newest(jobs, 4, 3), await ListAsync(tenant, 4, 3));
    }

    [Fact]
    public async Task Queue_JobsOfSeveralPartitions_IsOne()
    {
        var jobs = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => QueuedAsync(i % 3, createdAt: Now + i)));
        Assert.Equal((6, Now), await _store.Reads.GetQueueAsync(_store.Model, Stop));
        var places = await Task.WhenAll(jobs.Select(job => _store.Reads.GetPositionAsync(job.Id, _store.Model, Stop)));
        Assert.Equal([0L, 1, 2, 3, 4, 5], places.Select(place => place ?? -1));
    }

    [Fact]
    public async Task Reserve_LimitOfTheModel_EachPartitionHasItsShare()
    {
        var submissions = _store.With(options => (options.MaxQueuedPerModel, options.Partitions) = (6, 3)).Submissions;
        var answers = await submissions.ReserveAsync([_store.NewJob(partition: 1), _store.NewJob(partition: 1), _store.NewJob(partition: 1)], Stop);
        Assert.Equal([ReserveOutcome.New, ReserveOutcome.New, ReserveOutcome.QueueFull], answers.Select(answer => answer.Outcome));
        Assert.Equal(ReserveOutcome.New, (await submissions.ReserveAsync([_store.NewJob(partition: 2)], Stop))[0].Outcome);
    }

    private static long Now { get; } = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private static IEnumerable<JobId> Newest(NewJob[] jobs, int skip, int take) => jobs.OrderByDescending(job => job.Spec.CreatedAt).Select(job => job.Id).Skip(skip).Take(take);

    private Partitions Partitions(int count) => new(_store.Redis, Options.Create(new JobOptions { Partitions = count }), _time);

    private Partitions Later(Partitions partitions)
    {
        _time.Advance(TimeSpan.FromMilliseconds(50));
        return partitions;
    }

    private async Task<IEnumerable<JobId>> ListAsync(string tenant, int skip, int take) =>
        (await _store.Reads.ListAsync(tenant, Now + 1000, skip, take, Stop)).Select(record => record.Id);

    private async Task<NewJob> QueuedAsync(int partition, long createdAt, string tenant = Tenant)
    {
        var offset = createdAt < Now ? Now - 1000 : 0;
        var job = _store.NewJob(spec => spec with { CreatedAt = createdAt + offset, Tenant = tenant }, partition: partition);
        await _store.Submissions.ReserveAsync([job], Stop);
        return job;
    }
}
