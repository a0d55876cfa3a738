using System.Threading.Channels;
using QueueInference.Api.Jobs;
using QueueInference.Core.Jobs;

namespace QueueInference.Api.Bulk;

/// <summary>The jobs of a bulk read that have not been answered yet, and which of them woke. Used by one reader at a time.</summary>
internal sealed class OpenJobs(IReadOnlyDictionary<int, JobId> ids, JobWaiters waiters, TimeProvider time) : IDisposable
{
    private readonly Dictionary<int, JobId> _open = new(ids);
    private readonly Dictionary<int, Waiting> _watched = [];
    private readonly Channel<int> _woken = Channel.CreateUnbounded<int>(new() { SingleReader = true });
    private long _allAt = time.GetTimestamp();

    /// <summary>The places of all that are open.</summary>
    public IReadOnlyList<int> All => [.. _open.Keys];

    /// <summary>Takes some of the due ones, and where one waits on, notes its wake-up.</summary>
    public IReadOnlyList<(int Index, JobId Id)> Watch(IReadOnlyList<int> due, int from, int most, bool waits)
    {
        var chunk = due.Skip(from).Take(most).Select(index => (index, _open[index])).ToList();
        foreach (var (index, id) in waits ? chunk : [])
        {
            if (!_watched.ContainsKey(index))
            {
                var waiting = _watched[index] = waiters.Join(id, reads: false);
                waiting.Task.ContinueWith(
                    _ => _woken.Writer.TryWrite(index), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }

        return chunk;
    }

    /// <summary>These have been answered.</summary>
    public void Close(IEnumerable<FoundJob> answered)
    {
        foreach (var job in answered)
        {
            _open.Remove(job.Index);
            Unwatch(job.Index);
        }
    }

    /// <summary>Those that woke; all that are open once in a while, since a wake-up may be lost; none when none is open.</summary>
    /// <param name="round">From one time all are answered to the next, however many wake between.</param>
    /// <param name="longest">The longest wait.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<int>> NextAsync(TimeSpan round, TimeSpan longest, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (_open.Count > 0)
        {
            if (!await WokeAsync(Least(round - time.GetElapsedTime(_allAt), longest - time.GetElapsedTime(started)), cancellationToken))
            {
                _allAt = time.GetTimestamp();
                return All;
            }

            if (TakeWoken() is { Count: > 0 } due)
            {
                return due;
            }
        }

        return [];
    }

    public void Dispose()
    {
        foreach (var waiting in _watched.Values)
        {
            waiters.Leave(waiting);
        }
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private bool Unwatch(int index)
    {
        var watched = _watched.Remove(index, out var waiting);
        if (watched)
        {
            waiters.Leave(waiting!);
        }

        return watched;
    }

    private List<int> TakeWoken()
    {
        var due = new List<int>();
        while (_woken.Reader.TryRead(out var index))
        {
            // One that has been answered meanwhile, or is given back, says nothing more.
            if (Unwatch(index) && _open.ContainsKey(index))
            {
                due.Add(index);
            }
        }

        return due;
    }

    private async Task<bool> WokeAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        if (longest <= TimeSpan.Zero)
        {
            return false;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var waiting = _woken.Reader.WaitToReadAsync(limit.Token).AsTask();
        var first = await Task.WhenAny(waiting, Task.Delay(longest, time, limit.Token));
        await limit.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return first == waiting;
    }
}
