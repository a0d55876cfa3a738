using QueueInference.Core.Jobs;
using QueueInference.Core.Store;

namespace QueueInference.Core.Payloads;

/// <summary>Knows when each payload is to be deleted, in the job store, where the scripts of the jobs move it along with the states.</summary>
/// <remarks>An upload is noted before its first byte, so that none is forgotten whatever breaks. By the server's clock throughout.</remarks>
public sealed class PayloadLedger(RedisStore store)
{
    /// <summary>Notes a payload that is about to be written, or could not be deleted: it is due after <paramref name="span"/>.</summary>
    public Task NoteAsync(string name, TimeSpan span, CancellationToken cancellationToken) =>
        store.RunAsync("payload-note", [JobKeys.Payloads(Partition(name))], [name, JobSubmissions.Milliseconds(span)], cancellationToken);

    /// <summary>Makes an upload due now, unless a job has taken it.</summary>
    public Task DiscardAsync(string name, CancellationToken cancellationToken) => store.GuardAsync(
        redis => redis.SortedSetAddAsync(JobKeys.Payloads(Partition(name)), name, 0, StackExchange.Redis.When.Exists), cancellationToken);

    /// <summary>Payloads that are to be deleted; no job can take them any more.</summary>
    public async Task<string[]> DueAsync(string partition, int count, CancellationToken cancellationToken) =>
        await store.RunManyAsync("payload-due", [JobKeys.Payloads(partition)], [count], cancellationToken);

    /// <summary>A payload is deleted.</summary>
    public Task DeletedAsync(string name, CancellationToken cancellationToken) =>
        store.GuardAsync(redis => redis.SortedSetRemoveAsync(JobKeys.Payloads(Partition(name)), name), cancellationToken);

    /// <summary>A new name; payloads of a job lie in its partition.</summary>
    internal static string NewName(string partition) => partition + Guid.NewGuid().ToString("N");

    /// <summary>The partition that a name begins with.</summary>
    internal static string Partition(string name) => name[..3];
}
