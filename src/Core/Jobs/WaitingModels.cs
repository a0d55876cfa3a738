using QueueInference.Core.Store;
using StackExchange.Redis;

namespace QueueInference.Core.Jobs;

/// <summary>Tells which models have jobs that wait, out of many that mostly have none.</summary>
public sealed class WaitingModels(RedisStore store, Partitions partitions)
{
    // Keys of one command: few enough to hold up nobody else.
    private const int AtATime = 500;

    /// <summary>Those of the models for which at least one job waits.</summary>
    public async Task<IReadOnlySet<string>> AmongAsync(IReadOnlyCollection<string> models, CancellationToken cancellationToken)
    {
        var waiting = new HashSet<string>();
        foreach (var some in models.Chunk(AtATime))
        {
            foreach (var partition in partitions.All)
            {
                waiting.UnionWith(await AmongAsync(some, partition, cancellationToken));
            }
        }

        return waiting;
    }

    /// <summary>One command says that there are none, which is so nearly always.</summary>
    private Task<IEnumerable<string>> AmongAsync(string[] models, string partition, CancellationToken cancellationToken) =>
        store.GuardAsync<IEnumerable<string>>(async redis =>
        {
            RedisKey[] keys = [.. models.Select(model => JobKeys.Queued(partition, model))];
            if (await redis.KeyExistsAsync(keys) == 0)
            {
                return [];
            }

            var each = await Task.WhenAll(keys.Select(key => redis.KeyExistsAsync(key)));
            return models.Where((_, i) => each[i]);
        }, cancellationToken);
}
