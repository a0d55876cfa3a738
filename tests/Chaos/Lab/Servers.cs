using QueueInference.Functional.Services;
using StackExchange.Redis;

namespace QueueInference.Chaos.Lab;

/// <summary>One broker and one store for all scenarios: real processes of the runner's own, which scenarios freeze and kill.</summary>
internal sealed class Servers : IAsyncDisposable
{
    private readonly List<SmallDisk> _disks = [];

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
        await GiveBackAsync();
        await StopNodesAsync();
        Nodes = nodes ? await RabbitMqClusterProcess.StartAsync() : null;
        await Wait.UntilAsync(() => Task.FromResult(Store.IsConnected), TimeSpan.FromSeconds(20), "the store to be connected");
        await Admin.FlushAllDatabasesAsync();
    }

    /// <summary>Starts the broker anew, its data on a small disk, until the next scenario.</summary>
    public Task<SmallDisk> ShrinkBrokerAsync() => ShrinkAsync(Rabbit.Kill, Path.Combine(Rabbit.Folder, "data"), Rabbit.RunAsync);

    /// <summary>Starts the store anew, its data on a small disk, until the next scenario.</summary>
    public Task<SmallDisk> ShrinkStoreAsync() => ShrinkAsync(Redis.Kill, Redis.Folder, Redis.RunAsync);

    public async ValueTask DisposeAsync()
    {
        Unmount();
        await StopNodesAsync();
        await Store.DisposeAsync();
        await Redis.DisposeAsync();
        await Rabbit.DisposeAsync();
    }

    private async Task<SmallDisk> ShrinkAsync(Action kill, string folder, Func<Task> run)
    {
        kill();
        var disk = SmallDisk.Mount(folder);
        _disks.Add(disk);
        await run();
        return disk;
    }

    /// <summary>Both as they were before their disks were small.</summary>
    private async Task GiveBackAsync()
    {
        if (_disks.Count > 0)
        {
            Unmount();
            await Task.WhenAll(Rabbit.RunAsync(), Redis.RunAsync());
        }
    }

    private void Unmount()
    {
        if (_disks.Count > 0)
        {
            Rabbit.Kill();
            Redis.Kill();
            _disks.ForEach(disk => disk.Dispose());
            _disks.Clear();
        }
    }

    private ValueTask StopNodesAsync() => Nodes?.DisposeAsync() ?? ValueTask.CompletedTask;
}
