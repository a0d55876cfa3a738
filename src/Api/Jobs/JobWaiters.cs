using System.Collections.Concurrent;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using StackExchange.Redis;

namespace QueueInference.Api.Jobs;

/// <summary>
/// Holds callers until their job is terminal, without a thread. Pub/sub only wakes: records are always read again,
/// those of jobs that ended together in one round trip.
/// </summary>
internal sealed class JobWaiters(JobReads reads, IConnectionMultiplexer redis, TimeProvider time) : IHostedService
{
    private const int PerRead = 64;
    private readonly ConcurrentDictionary<string, Waiting> _waiting = new();

    /// <summary>How many jobs somebody waits for.</summary>
    public int Count => _waiting.Count;

    /// <summary>Who waits for a job. Asked for before the job is sent, it spares the read before the wait.</summary>
    /// <param name="id">The job.</param>
    /// <param name="reads">False for one who only wants to be woken, and reads by itself.</param>
    public Waiting Expect(JobId id, bool reads = true) =>
        _waiting.TryGetValue(id.Text, out var known) ? known : _waiting.GetOrAdd(id.Text, new Waiting(id, reads, time.GetTimestamp()));

    /// <summary>Nobody waits for the job any more; whoever does reads once more and asks again.</summary>
    public void Forget(JobId id) => Wake(id.Text);

    /// <summary>Waits until the job is terminal or the time is over; answers the job as it is then, null where there is none.</summary>
    /// <param name="id">The job.</param>
    /// <param name="wait">How long at most.</param>
    /// <param name="expected">What <see cref="Expect"/> gave before the job was sent; null for a job of which nothing is known.</param>
    /// <param name="cancellationToken">The caller is gone.</param>
    public async Task<EndedJob?> WaitAsync(JobId id, TimeSpan wait, Waiting? expected, CancellationToken cancellationToken)
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
                    return record is null ? null : new(record, null);
                }
            }

            var left = wait - time.GetElapsedTime(started);
            await ((Task)expected.Task).WaitAsync(left < TimeSpan.Zero ? TimeSpan.Zero : left, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (expected.Task is { IsCompletedSuccessfully: true, Result: { } ended })
            {
                return ended;
            }

            expected = null;
        }
    }

    /// <summary>Looks at those again that nobody has looked at for a time: pub/sub may lose a message.</summary>
    /// <param name="older">For how long.</param>
    /// <param name="most">No more than so many.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RecheckAsync(TimeSpan older, int most, CancellationToken cancellationToken)
    {
        var due = _waiting.Values.Where(waiting => waiting.Reads && time.GetElapsedTime(waiting.SeenAt) >= older).Take(most);
        foreach (var chunk in due.Chunk(PerRead))
        {
            var records = await reads.GetManyAsync([.. chunk.Select(waiting => waiting.Id)], withResults: false, cancellationToken);
            for (var i = 0; i < chunk.Length; i++)
            {
                chunk[i].SeenAt = time.GetTimestamp();
                if (records[i].Record?.State.IsTerminal() ?? true)
                {
                    Forget(chunk[i].Id);
                }
            }
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
            await redis.GetSubscriber().SubscribeAsync(RedisChannel.Literal(JobChannels.Wake(partition)), OnEnded);
        }
        catch (RedisException)
        {
            // Redis is not there yet; the client subscribes by itself when it comes.
        }
    }

    private void OnEnded(RedisChannel channel, RedisValue ids) => _ = EndAsync(ids);

    /// <summary>Wakes those who wait for these jobs with what became of them; it never throws.</summary>
    private async Task EndAsync(RedisValue ids)
    {
        var ended = new List<Waiting>();
        foreach (var id in ((string?)ids ?? "").Split(' '))
        {
            if (_waiting.TryRemove(id, out var waiting))
            {
                ended.Add(waiting);
            }
        }

        ended.RemoveAll(waiting => !waiting.Reads && waiting.TrySetResult(null));
        if (ended.Count > 0)
        {
            await AnswerAsync(ended);
        }
    }

    private async Task AnswerAsync(List<Waiting> ended)
    {
        try
        {
            var found = await reads.GetManyAsync([.. ended.Select(waiting => waiting.Id)], withResults: true, CancellationToken.None);
            for (var i = 0; i < ended.Count; i++)
            {
                ended[i].TrySetResult(found[i].Record is { } record && record.State.IsTerminal() ? new(record, found[i].Outputs) : null);
            }
        }
        catch (Exception)
        {
            // Each reads for itself, and sees what is wrong.
            ended.ForEach(waiting => waiting.TrySetResult(null));
        }
    }

    private void Wake(string id)
    {
        if (_waiting.TryRemove(id, out var waiting))
        {
            waiting.TrySetResult(null);
        }
    }
}
