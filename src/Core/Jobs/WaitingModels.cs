using QueueInference.Core.Store;
using StackExchange.Redis;

namespace QueueInference.Core.Jobs;

/// <summary>Tells which models have jobs that wait, out of many that mostly have none.</summary>
public sealed class WaitingModels(RedisStore store, Partitions partitions)
{
    // Keys of one command: few enough to hold up nobody else.
    private const int AtATime = 500;

    /// <summary>Those of the models for which at least one job waits. A partition that does not answer keeps nothing of the others back.</summary>
    public async Task<IReadOnlySet<string>> AmongAsync(IReadOnlyCollection<string> models, CancellationToken cancellationToken) =>
        (await Task.WhenAll(partitions.All.SelectMany(partition => models.Chunk(AtATime).Select(some => AmongAsync(some, partition, cancellationToken))))).SelectMany(some => some).ToHashSet();

    /// <summary>One command says that there are none, which is so nearly always.</summary>
    private async Task<IEnumerable<string>> AmongAsync(string[] models, string partition, CancellationToken cancellationToken)
    {
        RedisKey[] keys = [.. models.Select(model => JobKeys.Queued(partition, model))];
        try
        {
            return await store.GuardAsync<IEnumerable<string>>(async redis =>
            {
                var each = await redis.KeyExistsAsync(keys) == 0 ? [] : await Task.WhenAll(keys.Select(key => redis.KeyExistsAsync(key)));
                return models.Where((_, i) => i < each.Length && each[i]);
            }, cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            return [];
        }
    }
}
