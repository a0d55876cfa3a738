using System.Collections.Concurrent;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Store;
using StackExchange.Redis;

namespace QueueInference.Api.Jobs;

/// <summary>
/// Holds callers until their job is terminal, without a thread. Pub/sub only wakes: records are always read again,
/// those of jobs that ended together in one round trip.
/// </summary>
internal sealed class JobWaiters(JobReads reads, Partitions partitions, IConnectionMultiplexer redis, TimeProvider time) : IHostedService
{
    private const int PerRead = 64;
    private readonly ConcurrentDictionary<string, Waiting> _waiting = new();

    /// <summary>How many jobs somebody waits for.</summary>
    public int Count => _waiting.Count;

    /// <summary>Joins those who wait for a job, until <see cref="Leave"/>. Done before the job is sent, it spares the read before the wait.</summary>
    /// <param name="id">The job.</param>
    /// <param name="reads">False for one who only wants to be woken, and reads by itself.</param>
    public Waiting Join(JobId id, bool reads = true)
    {
        while (true)
        {
            var waiting = _waiting.GetOrAdd(id.Text, _ => new Waiting(id, time.GetTimestamp()));
            if (waiting.TryJoin(reads))
            {
                return waiting;
            }

            // The last caller has just left it.
            _waiting.TryRemove(new(id.Text, waiting));
        }
    }

    /// <summary>One caller waits no more; nothing is kept for a job that nobody waits for.</summary>
    public void Leave(Waiting waiting)
    {
        if (waiting.Leave())
        {
            _waiting.TryRemove(new(waiting.Id.Text, waiting));
        }
    }

    /// <summary>Waits until the job is terminal or the time is over; answers the job as it is then, null where there is none.</summary>
    /// <param name="id">The job.</param>
    /// <param name="wait">How long at most.</param>
    /// <param name="joined">What <see cref="Join"/> gave before the job was sent; null for a job of which nothing is known. It is left.</param>
    /// <param name="cancellationToken">The caller is gone.</param>
    /// <exception cref="StoreUnavailableException">The store does not answer at the beginning, or at the end. Between, the wait goes on.</exception>
    public async Task<EndedJob?> WaitAsync(JobId id, TimeSpan wait, Waiting? joined, CancellationToken cancellationToken)
    {
        var (started, look) = (time.GetTimestamp(), joined is null);
        for (var first = true; ; first = false)
        {
            var waiting = joined ?? Join(id);
            joined = null;
            try
            {
                // Joined first, then read: a wake-up between the two is not lost.
                if (look && await LookAsync(id, mayFail: !first && time.GetElapsedTime(started) < wait, cancellationToken) is { } known
                    && (known.Job is null || known.Job.Record.State.IsTerminal() || time.GetElapsedTime(started) >= wait))
                {
                    return known.Job;
                }

                if (await WokenAsync(waiting, wait - time.GetElapsedTime(started), cancellationToken) is { } ended)
                {
                    return ended;
                }

                look = true;
            }
            finally
            {
                Leave(waiting);
            }
        }
    }

    /// <summary>Looks at those again that nobody has looked at for a time: pub/sub may lose a message.</summary>
    /// <param name="least">For how long at least; longer where there are so many that it would be more than <paramref name="perSecond"/>.</param>
    /// <param name="perSecond">How many are looked at now, at most, if this is called every second.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RecheckAsync(TimeSpan least, int perSecond, CancellationToken cancellationToken)
    {
        var round = TimeSpan.FromSeconds(_waiting.Count / (double)perSecond);
        var due = _waiting.Select(entry => entry.Value).Where(waiting => waiting.Reads && time.GetElapsedTime(waiting.SeenAt) >= (least > round ? least : round)).Take(perSecond);
        foreach (var chunk in due.Chunk(PerRead))
        {
            var states = await reads.GetStatesAsync([.. chunk.Select(waiting => waiting.Id)], cancellationToken);
            for (var i = 0; i < chunk.Length; i++)
            {
                chunk[i].SeenAt = time.GetTimestamp();
                if (states[i]?.IsTerminal() ?? true)
                {
                    Wake(chunk[i]);
                }
            }
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var partition in partitions.All)
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
            var found = await reads.GetManyAsync([.. ended.Select(waiting => waiting.Id)], CancellationToken.None);
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

    /// <summary>What became of the job; null when the time is over, or it must be read again.</summary>
    private async Task<EndedJob?> WokenAsync(Waiting waiting, TimeSpan left, CancellationToken cancellationToken)
    {
        await ((Task)waiting.Task).WaitAsync(left < TimeSpan.Zero ? TimeSpan.Zero : left, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return waiting.Task.IsCompletedSuccessfully ? waiting.Task.Result : null;
    }

    /// <summary>The job as it is, which may be that there is none; null where the store does not answer and that is no matter.</summary>
    private async Task<Look?> LookAsync(JobId id, bool mayFail, CancellationToken cancellationToken)
    {
        try
        {
            return new(await reads.GetAsync(id, cancellationToken) is { } record ? new(record, null) : null);
        }
        catch (StoreUnavailableException) when (mayFail)
        {
            return null;
        }
    }

    private void Wake(Waiting waiting)
    {
        _waiting.TryRemove(new(waiting.Id.Text, waiting));
        waiting.TrySetResult(null);
    }

    private sealed record Look(EndedJob? Job);
}
