using QueueInference.Core.Store;
using QueueInference.Standalone;
using StackExchange.Redis;

namespace QueueInference.Tests.Core.Jobs;

/// <summary>An embedded Garnet in a folder of its own.</summary>
public sealed class GarnetFixture : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qi-store-").FullName;
    private readonly EmbeddedStore _server;

    public GarnetFixture()
    {
        _server = EmbeddedStore.Start(_folder, new EmbeddedStoreOptions());
        Redis = RedisConnection.Open(_server.ConnectionString, TimeSpan.FromSeconds(10));
    }

    public IConnectionMultiplexer Redis { get; }

    public string Address => _server.ConnectionString;

    public void Dispose()
    {
        Redis.Dispose();
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
