using QueueInference.Chaos.Proxy;

namespace QueueInference.Chaos.Lab;

/// <summary>One proxy for each link: all hosts of a kind share it.</summary>
internal sealed class Proxies : IAsyncDisposable
{
    private readonly Uri _broker;

    public Proxies(Servers servers)
    {
        _broker = new Uri(servers.Rabbit.Address);
        var store = int.Parse(servers.Redis.Address.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);
        ApiBroker = new LinkProxy("Api and broker", _broker.Port, losses => new AmqpFilter(losses));
        WorkerBroker = new LinkProxy("Worker and broker", _broker.Port, losses => new AmqpFilter(losses));
        ApiStore = new LinkProxy("Api and store", store, losses => new RespFilter(losses));
        WorkerStore = new LinkProxy("Worker and store", store, losses => new RespFilter(losses));
    }

    public LinkProxy ApiBroker { get; }
    public LinkProxy ApiStore { get; }
    public LinkProxy WorkerBroker { get; }
    public LinkProxy WorkerStore { get; }
    public IReadOnlyList<LinkProxy> All => [ApiBroker, ApiStore, WorkerBroker, WorkerStore];

    /// <summary>The addresses by way of the proxies.</summary>
    public Links Links => new(Broker(ApiBroker), Store(ApiStore), Broker(WorkerBroker), Store(WorkerStore));

    public async ValueTask DisposeAsync() => await Task.WhenAll(All.Select(proxy => proxy.DisposeAsync().AsTask()));

    private string Broker(LinkProxy proxy) => $"amqp://{_broker.UserInfo}@127.0.0.1:{proxy.Port}";

    private static string Store(LinkProxy proxy) => $"127.0.0.1:{proxy.Port}";
}
