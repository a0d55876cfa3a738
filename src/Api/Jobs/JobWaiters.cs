using System.Collections.Concurrent;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using StackExchange.Redis;

namespace QueueInference.Api.Jobs;

/// <summary>Holds callers until their job is terminal, without a thread. Pub/sub only wakes: the record is always read again.</summary>
internal sealed class JobWaiters(JobReads reads, IConnectionMultiplexer redis, TimeProvider time) : IHostedService
{
    /// <summary>How often the record is read although nobody woke: pub/sub may lose a message.</summary>
    private static readonly TimeSpan Floor = TimeSpan.FromSeconds(3);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new();

    /// <summary>Waits until the job is terminal or the time is over; answers the record as it is then.</summary>
    public async Task<JobRecord?> WaitAsync(JobId id, TimeSpan wait, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            // Register first, then read: a wake-up between the two is not lost.
            var woken = _waiting.GetOrAdd(id.Text, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            var record = await reads.GetAsync(id, cancellationToken);
            var left = wait - time.GetElapsedTime(started);
            if (record is null || record.State.IsTerminal() || left <= TimeSpan.Zero)
            {
                // Others that wait for the same job read once more and register again, so no entry outlives its waiters.
                Wake(id.Text);
                return record;
            }

            await Task.WhenAny(woken, Task.Delay(left < Floor ? left : Floor, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Ends when the job may have ended: read its record after asking for this, then give it back.</summary>
    public Task WokenAsync(JobId id) =>
        _waiting.GetOrAdd(id.Text, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Others that wait for the same job read once more and register again.</summary>
    public void GiveBack(JobId id) => Wake(id.Text);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var partition in Partitions.All)
        {
            await SubscribeAsync(partition);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task SubscribeAsync(string partition)
    {
        try
        {
            await redis.GetSubscriber().SubscribeAsync(RedisChannel.Literal(JobChannels.Wake(partition)), (_, ids) => Wake(ids));
        }
        catch (RedisException)
        {
            // Redis is not there yet; the client subscribes by itself when it comes.
        }
    }

    private void Wake(RedisValue ids)
    {
        foreach (var id in ((string?)ids ?? "").Split(' '))
        {
            if (_waiting.TryRemove(id, out var waiting))
            {
                waiting.TrySetResult();
            }
        }
    }
}
