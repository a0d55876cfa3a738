using System.Collections.Concurrent;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using StackExchange.Redis;

namespace QueueInference.Api.Jobs;

/// <summary>Holds callers until their job is terminal, without a thread. Pub/sub only wakes: the record is always read again.</summary>
internal sealed class JobWaiters(JobReads reads, IConnectionMultiplexer redis, TimeProvider time) : IHostedService
{
    /// <summary>How often the record is read although nobody woke: pub/sub may lose a message.</summary>
    public static readonly TimeSpan Floor = TimeSpan.FromSeconds(3);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new();

    /// <summary>Ends when the job is heard to be terminal. Asked for before the job is sent, it spares the read before the wait.</summary>
    public Task Expect(JobId id) => _waiting.GetOrAdd(id.Text, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Nobody waits for the job any more; whoever does reads once more and asks again.</summary>
    public void Forget(JobId id) => Wake(id.Text);

    /// <summary>Waits until the job is terminal or the time is over; answers the record as it is then.</summary>
    /// <param name="id">The job.</param>
    /// <param name="wait">How long at most.</param>
    /// <param name="expected">What <see cref="Expect"/> gave before the job was sent; null for a job of which nothing is known.</param>
    /// <param name="cancellationToken">The caller is gone.</param>
    public async Task<JobRecord?> WaitAsync(JobId id, TimeSpan wait, Task? expected, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            if (expected is null)
            {
                // Register first, then read: a wake-up between the two is not lost.
                expected = Expect(id);
                var record = await reads.GetAsync(id, cancellationToken);
                if (record is null || record.State.IsTerminal() || time.GetElapsedTime(started) >= wait)
                {
                    // So that no entry outlives its waiters.
                    Forget(id);
                    return record;
                }
            }

            var left = wait - time.GetElapsedTime(started);
            await expected.WaitAsync(left < TimeSpan.Zero ? TimeSpan.Zero : left < Floor ? left : Floor, time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            expected = null;
        }
    }

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
