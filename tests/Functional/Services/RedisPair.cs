using StackExchange.Redis;

namespace QueueInference.Functional.Services;

/// <summary>A Redis and its replica, which takes its place when it dies.</summary>
public sealed class RedisPair : IAsyncDisposable
{
    private RedisPair(RedisProcess primary, RedisProcess replica) => (Primary, Replica) = (primary, replica);

    public RedisProcess Primary { get; private set; }
    public RedisProcess Replica { get; private set; }

    /// <summary>A StackExchange.Redis connection string.</summary>
    public string Addresses => $"{Primary.Address},{Replica.Address}";

    /// <summary>Starts both, and waits until the replica follows.</summary>
    public static async Task<RedisPair> StartAsync()
    {
        var primary = await RedisProcess.StartAsync();
        var pair = new RedisPair(primary, await RedisProcess.StartAsync(primary));
        await pair.FollowsAsync();
        return pair;
    }

    /// <summary>Waits until the replica has all that the primary had.</summary>
    public Task FollowsAsync() => Wait.UntilAsync(
        async () => (await AskAsync(Replica, "INFO", "replication")).Contains("master_link_status:up", StringComparison.Ordinal), TimeSpan.FromSeconds(30), "the replica to follow");

    /// <summary>The replica hears nothing more; it stays a replica, of nobody.</summary>
    public Task CutOffAsync() => AskAsync(Replica, "REPLICAOF", "127.0.0.1", $"{Ports.Free()}");

    /// <summary>Ends the primary as a power cut would, and puts the replica in its place.</summary>
    public async Task FailOverAsync()
    {
        Primary.Kill();
        await AskAsync(Replica, "REPLICAOF", "NO", "ONE");
        Replica.Primary = null;
        (Primary, Replica) = (Replica, Primary);
    }

    /// <summary>Starts the one that was killed, as the replica of the other.</summary>
    public Task ReturnAsync()
    {
        Replica.Primary = Primary;
        return Replica.RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Primary.DisposeAsync();
        await Replica.DisposeAsync();
    }

    private static async Task<string> AskAsync(RedisProcess server, string command, params object[] arguments)
    {
        await using var admin = await ConnectionMultiplexer.ConnectAsync(server.Address + ",allowAdmin=true");
        return (string?)await admin.GetServers()[0].ExecuteAsync(command, arguments) ?? "";
    }
}
