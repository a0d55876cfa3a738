using StackExchange.Redis;

namespace QueueInference.Core.Store;

/// <summary>Opens the one multiplexed connection of a process.</summary>
public static class RedisConnection
{
    /// <summary>Connects, or goes on trying in the background when Redis is not there yet.</summary>
    /// <param name="connectionString">StackExchange.Redis form, <c>host:port,option=…</c>; <c>unix:/path</c> is a Unix socket.</param>
    /// <param name="timeout">How long a command may wait for its answer.</param>
    public static IConnectionMultiplexer Open(string connectionString, TimeSpan timeout)
    {
        var options = ConfigurationOptions.Parse(connectionString.StartsWith("unix:", StringComparison.Ordinal)
            ? "!" + connectionString["unix:".Length..]
            : connectionString);
        options.AbortOnConnectFail = false;
        options.ConnectTimeout = 2000;
        options.AsyncTimeout = options.SyncTimeout = (int)timeout.TotalMilliseconds;
        options.KeepAlive = 10;
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.ReconnectRetryPolicy = new LinearRetry(1000);
        options.ClientName = "queueinference";
        return ConnectionMultiplexer.Connect(options);
    }
}
