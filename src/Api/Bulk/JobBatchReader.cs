using System.Runtime.CompilerServices;
using QueueInference.Api.Jobs;

namespace QueueInference.Api.Bulk;

/// <summary>Reads many jobs for one caller, in the order in which they end.</summary>
internal sealed class JobBatchReader(BulkQueries queries, JobWaiters waiters, TimeProvider time)
{
    /// <summary>Each job once: when it has ended, or as it is when the time is over. An id that leads to no job gets its problem.</summary>
    /// <param name="texts">The ids as the caller wrote them.</param>
    /// <param name="tenant">Whose jobs they must be.</param>
    /// <param name="wait">How long to wait for ends.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async IAsyncEnumerable<IReadOnlyList<FoundJob>> ReadAsync(
        IReadOnlyList<string> texts, string tenant, TimeSpan wait, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var (ids, unknown) = await queries.ParseAsync(texts, tenant, cancellationToken);
        if (unknown.Count > 0)
        {
            yield return unknown;
        }

        using var open = new OpenJobs(ids, waiters, time);
        IReadOnlyList<int> due = open.All;
        while (due.Count > 0)
        {
            var left = wait - time.GetElapsedTime(started);
            var size = new ChunkSize();
            for (var at = 0; at < due.Count;)
            {
                // Register first, then read: a wake-up between the two is not lost.
                var chunk = open.Watch(due, at, size.Count, left > TimeSpan.Zero);
                var found = await queries.GetAsync(chunk, cancellationToken);
                var ended = found.Where(job => job.IsFinal || left <= TimeSpan.Zero).ToList();
                open.Close(ended);
                size.Seen(found);
                at += chunk.Count;
                if (ended.Count > 0)
                {
                    yield return ended;
                }
            }

            due = await open.NextAsync(WaiterRechecks.Floor, wait - time.GetElapsedTime(started), cancellationToken);
        }
    }

    /// <summary>How many results are read at once: many small ones, few large ones.</summary>
    private sealed class ChunkSize
    {
        private const int First = 16, Most = 256;
        private const long MostBytes = 4 << 20;
        private long _largest;

        public int Count { get; private set; } = First;

        public void Seen(IReadOnlyList<FoundJob> found)
        {
            _largest = Math.Max(_largest, found.Max(job => job.Size));
            Count = (int)Math.Clamp(MostBytes / Math.Max(1, _largest), 1, Math.Min(Most, 4L * Count));
        }
    }
}
