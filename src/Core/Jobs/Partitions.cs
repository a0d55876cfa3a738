using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using QueueInference.Core.Store;
using StackExchange.Redis;

namespace QueueInference.Core.Jobs;

/// <summary>The partitions of the store: each is one slot of a Redis Cluster, and all of a job lies in one. Ids and keys carry it.</summary>
public sealed class Partitions(RedisStore store, IOptions<JobOptions> options, TimeProvider time)
{
    private static readonly RedisKey Key = "qi:partitions";

    /// <summary>How long new jobs go to the same one: jobs share what they cost with those of their partition that come at the same time.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(50);

    private readonly int _count = options.Value.Partitions;

    // Apis that were started together must not all go to the same one.
    private readonly int _offset = Random.Shared.Next(options.Value.Partitions);
    private volatile string[] _all = Names(options.Value.Partitions);

    /// <summary>Every partition that may hold jobs.</summary>
    public IReadOnlyList<string> All => _all;

    /// <summary>The partition that new jobs go to now.</summary>
    public int Current => (int)(((time.GetUtcNow().Ticks / Slice.Ticks) + _offset) % _count);

    /// <summary>The partition of all submissions with an idempotency key that lie in the payload store, so that a repeat finds its upload where its job is.</summary>
    public int Of(string key) => (int)(BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(key))) % (ulong)_count);

    /// <summary>The name of a partition, as keys have it.</summary>
    public static string Name(int partition) => string.Create(CultureInfo.InvariantCulture, $"p{partition:00}");

    /// <summary>Compares with the number that the store knows: jobs of partitions that were configured once are looked after as long as that is kept.</summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        var known = (int?)await store.GuardAsync(redis => redis.StringGetAsync(Key), cancellationToken) ?? 0;
        if (known > _all.Length)
        {
            _all = Names(known);
        }
        else if (known < _all.Length)
        {
            await TryWriteAsync(cancellationToken);
        }
    }

    private async Task TryWriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await store.GuardAsync(redis => redis.StringSetAsync(Key, _all.Length), cancellationToken);
        }
        catch (StoreFullException)
        {
            // Next time. What makes room must not wait for it.
        }
    }

    private static string[] Names(int count) => [.. Enumerable.Range(0, count).Select(Name)];
}
