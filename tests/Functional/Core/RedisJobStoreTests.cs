using QueueInference.Core.Store;
using QueueInference.Functional.Services;
using QueueInference.Tests.Shared;

namespace QueueInference.Functional.Core;
/// <summary>Each in a database of its own: a sweep takes whatever is due.</summary>

public sealed class RedisJobStoreTests(TestServices services)
    : JobStoreContract(RedisConnection.Open(services.Redis + ",defaultDatabase=14", TimeSpan.FromSeconds(10)));

public sealed class RedisJobStoreModelTests(TestServices services)
    : JobStoreModelContract(RedisConnection.Open(services.Redis + ",defaultDatabase=15", TimeSpan.FromSeconds(10)));
