using QueueInference.Functional.Services;
using StackExchange.Redis;

namespace QueueInference.Chaos.Lab;

/// <summary>One broker and one store for all scenarios: real processes of the runner's own, which scenarios freeze and kill.</summary>
internal sealed class Servers : IAsyncDisposable
{
    private Servers(RabbitMqProcess rabbit, RedisProcess redis, ConnectionMultiplexer store)
    {
        (Rabbit, Redis, Store) = (rabbit, redis, store);
        Broker = new BrokerControl(rabbit);
    }

    public RabbitMqProcess Rabbit { get; }
    public RedisProcess Redis { get; }
    public BrokerControl Broker { get; }

    /// <summary>The cluster that takes the place of <see cref="Rabbit"/> in this scenario; null where none does.</summary>
    public RabbitMqClusterProcess? Nodes { get; private set; }

    /// <summary>The AMQP URIs of the broker of this scenario, separated by commas.</summary>
    public string BrokerAddress => Nodes?.Address ?? Rabbit.Address;

    /// <summary>For looking into the store, never by way of a proxy.</summary>
    public ConnectionMultiplexer Store { get; }

    public IServer Admin => Store.GetServers()[0];

    public static async Task<Servers> StartAsync()
    {
        var redis = await RedisProcess.StartAsync();
        try
        {
            var rabbit = await RabbitMqProcess.StartAsync();
            var store = await ConnectionMultiplexer.ConnectAsync(redis.Address + ",allowAdmin=true,abortConnect=false,syncTimeout=20000,asyncTimeout=20000");
            return new Servers(rabbit, redis, store);
        }
        catch
        {
            await redis.DisposeAsync();
            throw;
        }
    }

    /// <summary>Nothing of an earlier scenario may be seen in the next.</summary>
    /// <param name="nodes">Whether the next has a broker of three nodes.</param>
    public async Task ClearAsync(bool nodes)
    {
        await StopNodesAsync();
        Nodes = nodes ? await RabbitMqClusterProcess.StartAsync() : null;
        await Wait.UntilAsync(() => Task.FromResult(Store.IsConnected), TimeSpan.FromSeconds(20), "the store to be connected");
        await Admin.FlushAllDatabasesAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopNodesAsync();
        await Store.DisposeAsync();
        await Redis.DisposeAsync();
        await Rabbit.DisposeAsync();
    }

    private ValueTask StopNodesAsync() => Nodes?.DisposeAsync() ?? ValueTask.CompletedTask;
}
