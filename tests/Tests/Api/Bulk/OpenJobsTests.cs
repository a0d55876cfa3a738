using Microsoft.Extensions.Time.Testing;
using QueueInference.Api.Bulk;
using QueueInference.Api.Jobs;
using QueueInference.Core.Jobs;
using QueueInference.Tests.Core.Jobs;
using QueueInference.Tests.Shared;
using StackExchange.Redis;
using Xunit;
using static QueueInference.Tests.Shared.StoreHarness;

namespace QueueInference.Tests.Api.Bulk;

public sealed class OpenJobsTests(GarnetFixture garnet) : IClassFixture<GarnetFixture>
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(3), Long = TimeSpan.FromSeconds(60), Patience = TimeSpan.FromSeconds(20);
    private readonly FakeTimeProvider _time = new();

    /// <summary>A wake-up may be lost, and those of others must not hide that for as long as they come.</summary>
    [Fact]
    public async Task Next_OneWakesAgainAndAgain_AllAreDueOnceARound()
    {
        var store = new StoreHarness(garnet.Redis);
        var waiters = new JobWaiters(store.Reads, store.Partitions, garnet.Redis, TimeProvider.System);
        await waiters.StartAsync(Stop);
        var (busy, silent) = (store.NewJob().Id, store.NewJob().Id);
        using var open = new OpenJobs(new Dictionary<int, JobId> { [0] = busy, [1] = silent }, waiters, _time);

        open.Watch([0, 1], 0, 2, waits: true);
        _time.Advance(TimeSpan.FromSeconds(2));
        await WakeAsync(busy);
        Assert.Equal([0], await open.NextAsync(Round, Long, Stop).WaitAsync(Patience, Stop));

        open.Watch([0], 0, 1, waits: true);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([0, 1], await open.NextAsync(Round, Long, Stop).WaitAsync(Patience, Stop));
    }

    private Task WakeAsync(JobId id) => garnet.Redis.GetSubscriber().PublishAsync(RedisChannel.Literal(JobChannels.Wake(id.Partition)), id.Text);
}
