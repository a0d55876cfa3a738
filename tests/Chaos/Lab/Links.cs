namespace QueueInference.Chaos.Lab;

/// <summary>By which addresses the hosts reach broker and store: directly, or by way of proxies.</summary>
internal sealed record Links(string ApiBroker, string ApiStore, string WorkerBroker, string WorkerStore)
{
    public static Links Direct(Servers servers) => new(servers.BrokerAddress, servers.Redis.Address, servers.BrokerAddress, servers.Redis.Address);
}
