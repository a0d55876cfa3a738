using QueueInference.Functional.Services;
using RabbitMQ.Client;
using StackExchange.Redis;

namespace QueueInference.Bench.Services;

/// <summary>The broker and the store: from the environment, else processes of this machine.</summary>
internal sealed class Servers : IAsyncDisposable
{
    /// <summary>A Redis database of the benchmarks' own; it is emptied.</summary>
    private const int Database = 12;

    /// <summary>The name of this process among those whose CPU time counts.</summary>
    public const string Generator = "generator";

    private readonly List<IAsyncDisposable> _own = [];

    public string RabbitMq { get; private set; } = "";
    public string Redis { get; private set; } = "";

    /// <summary>Their processes, or 0 where they run on another machine.</summary>
    public int BrokerId { get; private set; }

    public int StoreId { get; private set; }

    /// <summary>One line for each table: versions, queue type, durability.</summary>
    public string Description { get; private set; } = "";

    public static async Task<Servers> StartAsync()
    {
        var servers = new Servers();
        servers.RabbitMq = Environment.GetEnvironmentVariable("QI_TEST_RABBITMQ") ?? (await servers.OwnAsync(RabbitMqProcess.StartAsync())).Address;
        var store = Environment.GetEnvironmentVariable("QI_TEST_REDIS") ?? (await servers.OwnAsync(RedisProcess.StartAsync())).Address;
        servers.Redis = $"{store},defaultDatabase={Database}";
        servers.BrokerId = Listeners.Find(new Uri(servers.RabbitMq).Port);
        servers.StoreId = Listeners.Find(int.Parse(store.Split(',')[0].Split(':')[1]));
        await servers.LookAsync();
        return servers;
    }

    /// <summary>Whose CPU time counts: every process of a service over these servers, and the generator.</summary>
    public Dictionary<string, int[]> Beside(int api, params int[] workers) => new()
    {
        ["api"] = [api],
        ["worker"] = workers,
        ["broker"] = [BrokerId],
        ["store"] = [StoreId],
        [Generator] = [Environment.ProcessId],
    };

    /// <summary>Forgets all jobs of earlier rows.</summary>
    public async Task ClearAsync()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(Redis + ",allowAdmin=true");
        await redis.GetDatabase().ExecuteAsync("FLUSHDB");
    }

    /// <summary>Waits until the store does not rewrite its file, so that what this costs counts for the load that caused it.</summary>
    public async Task SettleAsync()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(Redis + ",allowAdmin=true");
        await Wait.UntilAsync(async () =>
        {
            var info = (await redis.GetServers()[0].InfoAsync("persistence")).SelectMany(group => group).ToDictionary(pair => pair.Key, pair => pair.Value);
            return info["aof_rewrite_in_progress"] == "0" && info["aof_rewrite_scheduled"] == "0" && info["rdb_bgsave_in_progress"] == "0";
        }, TimeSpan.FromSeconds(60), "the store to have rewritten its file");
    }

    /// <summary>Removes the queues of a model.</summary>
    public async Task ForgetAsync(string model)
    {
        await using var broker = await BrokerInspector.ConnectAsync(RabbitMq);
        foreach (var priority in new[] { "high", "normal", "low" })
        {
            await broker.DeleteAsync($"qi.run.{model}.{priority}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var own in _own)
        {
            await own.DisposeAsync();
        }
    }

    private async Task<T> OwnAsync<T>(Task<T> starting)
        where T : IAsyncDisposable
    {
        var server = await starting;
        _own.Add(server);
        return server;
    }

    private async Task LookAsync()
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(RabbitMq) }.CreateConnectionAsync();
        var broker = System.Text.Encoding.UTF8.GetString((byte[])connection.ServerProperties!["version"]!);
        await using var redis = await ConnectionMultiplexer.ConnectAsync(Redis + ",allowAdmin=true");
        var info = (await redis.GetServers()[0].InfoAsync("server")).SelectMany(group => group).ToDictionary(pair => pair.Key, pair => pair.Value);
        var store = info.TryGetValue("valkey_version", out var valkey) ? $"Valkey {valkey}" : $"Redis {info["redis_version"]}";
        Description = $"RabbitMQ {broker} (durable quorum queues, publisher confirms), {store} (appendonly {await SettingAsync(redis, "appendonly")}, fsync {await SettingAsync(redis, "appendfsync")})";
    }

    private static async Task<string> SettingAsync(ConnectionMultiplexer redis, string name) =>
        ((RedisResult[])(await redis.GetDatabase().ExecuteAsync("CONFIG", "GET", name))!)[1].ToString();
}
