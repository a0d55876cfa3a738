using QueueInference.Core.Store;
using QueueInference.Functional.Services;
using QueueInference.Tests.Shared;
using StackExchange.Redis;

namespace QueueInference.Functional.Core;

/// <summary>On a server of its own: there is one list of dead letters, and every Api writes to it.</summary>
public sealed class RedisDeadLetterStoreTests(RedisDeadLetterStoreTests.Server server)
    : DeadLetterStoreContract(server.Redis), IClassFixture<RedisDeadLetterStoreTests.Server>
{
    public sealed class Server : IAsyncLifetime
    {
        private RedisProcess _process = null!;

        public IConnectionMultiplexer Redis { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            _process = await RedisProcess.StartAsync();
            Redis = RedisConnection.Open(_process.Address, TimeSpan.FromSeconds(10));
        }

        public async ValueTask DisposeAsync()
        {
            await Redis.DisposeAsync();
            await _process.DisposeAsync();
        }
    }
}
