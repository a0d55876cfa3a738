using StackExchange.Redis;

namespace QueueInference.Functional.Services;

/// <summary>A Redis Cluster of three nodes of the test's own.</summary>
public sealed class RedisClusterProcess : IAsyncDisposable
{
    private const int Slots = 16384;
    private readonly RedisProcess[] _nodes;

    private RedisClusterProcess(RedisProcess[] nodes) => _nodes = nodes;

    /// <summary>host:port of all nodes, separated by commas.</summary>
    public string Address => string.Join(',', _nodes.Select(node => node.Address));

    public static async Task<RedisClusterProcess> StartAsync()
    {
        var cluster = new RedisClusterProcess(await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => RedisProcess.StartAsync("--cluster-enabled", "yes"))));
        try
        {
            await cluster.JoinAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
    }

    /// <summary>Keys of a kind on each node.</summary>
    public async Task<int[]> CountAsync(string pattern)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(Address);
        return [.. redis.GetServers().Select(server => server.Keys(pattern: pattern).Count())];
    }

    private async Task JoinAsync()
    {
        for (var i = 0; i < _nodes.Length; i++)
        {
            await using var node = await ConnectionMultiplexer.ConnectAsync(_nodes[i].Address + ",allowAdmin=true");
            var server = node.GetServers()[0];
            await server.ExecuteAsync("CLUSTER", "ADDSLOTSRANGE", Slots * i / _nodes.Length, (Slots * (i + 1) / _nodes.Length) - 1);
        }

        await Wait.UntilAsync(async () => (await Task.WhenAll(_nodes.Select(IsWholeAsync))).All(whole => whole), TimeSpan.FromSeconds(60), "the nodes to know each other");
    }

    /// <summary>A node forgets a handshake that takes too long, so whoever is alone tries again.</summary>
    private async Task<bool> IsWholeAsync(RedisProcess process)
    {
        await using var node = await ConnectionMultiplexer.ConnectAsync(process.Address + ",allowAdmin=true");
        var server = node.GetServers()[0];
        var info = (string?)await server.ExecuteAsync("CLUSTER", "INFO") ?? "";
        if (info.Contains("cluster_known_nodes:1\r", StringComparison.Ordinal) && process != _nodes[0])
        {
            await server.ExecuteAsync("CLUSTER", "MEET", "127.0.0.1", _nodes[0].Address.Split(':')[1]);
        }

        return info.Contains("cluster_state:ok", StringComparison.Ordinal) && info.Contains($"cluster_known_nodes:{_nodes.Length}", StringComparison.Ordinal);
    }
}
