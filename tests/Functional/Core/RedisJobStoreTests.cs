using QueueInference.Core.Payloads;
using QueueInference.Core.Store;
using QueueInference.Functional.Services;
using QueueInference.Tests.Shared;

namespace QueueInference.Functional.Core;
/// <summary>Each in a database of its own: a sweep takes whatever is due.</summary>

public sealed class RedisJobStoreTests(TestServices services)
    : JobStoreContract(RedisConnection.Open(services.Redis + ",defaultDatabase=14", TimeSpan.FromSeconds(10)));

public sealed class RedisPayloadLedgerTests(TestServices services)
    : PayloadLedgerContract(RedisConnection.Open(services.Redis + ",defaultDatabase=13", TimeSpan.FromSeconds(10)));

public sealed class RedisPayloadsTests(TestServices services) : PayloadStoreContract, IDisposable
{
    private readonly RedisPayloads _store = new(RedisConnection.Open(services.Redis, TimeSpan.FromSeconds(10)), TimeSpan.FromSeconds(10));

    protected override IPayloadStore Store => _store;

    public void Dispose() => _store.Dispose();

    protected override async Task<bool> KeepsAnythingAsync(string name)
    {
        await using var redis = RedisConnection.Open(services.Redis, TimeSpan.FromSeconds(10));
        return await redis.GetDatabase().KeyExistsAsync(RedisPayloads.Key(name));
    }
}

public sealed class RedisJobStoreModelTests(TestServices services)
    : JobStoreModelContract(RedisConnection.Open(services.Redis + ",defaultDatabase=15", TimeSpan.FromSeconds(10)));
