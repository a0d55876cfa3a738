using System.Text.Json;

namespace QueueInference.Functional.Services;

/// <summary>A RabbitMQ of three nodes of the test's own, so that one may be killed while two go on.</summary>
public sealed class RabbitMqClusterProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly ClusterHome _home = new();

    private RabbitMqClusterProcess()
    {
        Nodes = [.. Enumerable.Range(0, 3).Select(_ => new RabbitMqProcess(_home))];
        _home.Members = [.. Nodes.Select(node => node.Name)];
    }

    public IReadOnlyList<RabbitMqProcess> Nodes { get; }

    /// <summary>The AMQP URIs of all nodes, separated by commas.</summary>
    public string Address => string.Join(',', Nodes.Select(node => node.Address));

    public static async Task<RabbitMqClusterProcess> StartAsync()
    {
        var cluster = new RabbitMqClusterProcess();
        try
        {
            // RabbitMQ 4 waits for all that it has been told of.
            await Task.WhenAll(cluster.Nodes.Select(node => node.RunAsync()));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The node that leads a queue, as one of the others, or it itself, tells; null while none does.</summary>
    /// <param name="queue">Its name.</param>
    /// <param name="without">A node that must not be asked, for it is away.</param>
    public async Task<RabbitMqProcess?> LeaderAsync(string queue, RabbitMqProcess? without = null) =>
        (await QueuesAsync(without)).FirstOrDefault(found => found.Name == queue)?.Leader is { } leader
            ? Nodes.FirstOrDefault(node => node != without && node.Name == leader)
            : null;

    /// <summary>Waits until another node than this one, which is away, leads a queue.</summary>
    public async Task<RabbitMqProcess> SuccessorAsync(string queue, RabbitMqProcess away)
    {
        RabbitMqProcess? leader = null;
        await Wait.UntilAsync(async () => (leader = await LeaderAsync(queue, away)) is not null, Patience, $"another node to lead {queue}");
        return leader!;
    }

    /// <summary>Waits until every quorum queue has three members, all online: one more node may be lost then.</summary>
    public async Task WholeAsync()
    {
        IReadOnlyList<Queue> queues = [];
        try
        {
            await Wait.UntilAsync(
                async () => (queues = await QueuesAsync(null)).All(queue => queue.Members == Nodes.Count && queue.Online == Nodes.Count), Patience, "all members of all queues");
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message} {string.Join(", ", queues)}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }

        _home.Dispose();
    }

    private async Task<IReadOnlyList<Queue>> QueuesAsync(RabbitMqProcess? without)
    {
        var text = await Nodes.First(node => node != without).ControlAsync("list_queues", "--quiet", "--formatter", "json", "name", "type", "leader", "members", "online");
        using var queues = JsonDocument.Parse(text);
        return [.. queues.RootElement.EnumerateArray().Where(queue => queue.GetProperty("type").GetString() is { } type && type.Contains("quorum", StringComparison.Ordinal)).Select(Read)];
    }

    private static Queue Read(JsonElement queue) =>
        new(queue.GetProperty("name").GetString()!, queue.GetProperty("leader").ToString(), Count(queue.GetProperty("members")), Count(queue.GetProperty("online")));

    /// <summary>Where it cannot be told it is an empty string.</summary>
    private static int Count(JsonElement list) => list.ValueKind == JsonValueKind.Array ? list.GetArrayLength() : 0;

    private sealed record Queue(string Name, string Leader, int Members, int Online);
}
