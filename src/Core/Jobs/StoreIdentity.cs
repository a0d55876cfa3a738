using System.Security.Cryptography;
using QueueInference.Core.Store;
using StackExchange.Redis;

namespace QueueInference.Core.Jobs;

/// <summary>The secret that job ids are checked with. It lives in Redis, so that all Apis share it, and is written back when Redis lost it.</summary>
public sealed class StoreIdentity(RedisStore store)
{
    private static readonly RedisKey Key = "qi:id-key";
    private byte[]? _key;

    /// <summary>The key, read or made at the first call.</summary>
    public async ValueTask<byte[]> KeyAsync(CancellationToken cancellationToken) => _key ??= await EnsureAsync(cancellationToken);

    /// <summary>Writes the key to Redis unless one is there, and answers the one that is.</summary>
    public async Task<byte[]> EnsureAsync(CancellationToken cancellationToken)
    {
        // Read first: a full Redis refuses even a SET NX that would change nothing.
        if (await ReadAsync(cancellationToken) is { } key)
        {
            return _key = key;
        }

        var mine = _key ?? RandomNumberGenerator.GetBytes(32);
        await store.GuardAsync(redis => redis.StringSetAsync(Key, mine, when: When.NotExists), cancellationToken);
        return _key = await ReadAsync(cancellationToken) ?? mine;
    }

    private async Task<byte[]?> ReadAsync(CancellationToken cancellationToken) =>
        (byte[]?)await store.GuardAsync(redis => redis.StringGetAsync(Key), cancellationToken);
}
