using System.Collections.Concurrent;
using System.Net;
using QueueInference.Core.Telemetry;
using StackExchange.Redis;

namespace QueueInference.Core.Store;

/// <summary>Waits until replicas have what their primary has: all who come to a server while one WAIT is under way share the next.</summary>
internal sealed class ReplicaBarrier : IDisposable
{
    /// <summary>
    /// WAIT counts what its own connection wrote, and the outcome may have been written by another, or by another process before.
    /// So it follows a write of its own, which a full Redis takes as well.
    /// </summary>
    private const string Mark = "#!lua flags=allow-oom\nreturn redis.call('SET', KEYS[1], '', 'PX', 60000)";

    private readonly IConnectionMultiplexer _redis;
    private readonly ReplicaOptions _options;
    private readonly ConcurrentDictionary<EndPoint, SharedTurn> _turns = new();
    private int _changes;

    /// <param name="redis">A connection of its own, which is disposed with this: nothing else may stand behind a WAIT.</param>
    /// <param name="options">How many replicas, and how long they may take.</param>
    public ReplicaBarrier(IConnectionMultiplexer redis, ReplicaOptions options)
    {
        (_redis, _options) = (redis, options);
        redis.ConnectionFailed += (_, _) => Interlocked.Increment(ref _changes);
        redis.ConfigurationChanged += (_, _) => Interlocked.Increment(ref _changes);
    }

    /// <summary>Does something to <paramref name="key"/>, and answers once replicas have it.</summary>
    /// <exception cref="TimeoutException">Too few have it in time, or another server may have taken the place of the one that did it.</exception>
    public async Task<T> AfterAsync<T>(RedisKey key, Func<Task<T>> command)
    {
        var before = Volatile.Read(ref _changes);
        var answer = await command();
        var server = _redis.GetServer(key);
        await _turns.GetOrAdd(server.EndPoint, _ => new SharedTurn()).TakeAsync(() => WaitAsync(server, MarkKey(key)));
        return before == Volatile.Read(ref _changes) ? answer : throw new TimeoutException("The store's connections changed meanwhile.");
    }

    public void Dispose() => _redis.Dispose();

    /// <summary>A key in the same slot, and so one that the same node of a cluster takes.</summary>
    internal static RedisKey MarkKey(RedisKey key)
    {
        var text = (string)key!;
        var open = text.IndexOf('{', StringComparison.Ordinal);
        var close = open < 0 ? -1 : text.IndexOf('}', open);
        return $"qi:{{{(close > open + 1 ? text[(open + 1)..close] : text)}}}:mark";
    }

    private async Task WaitAsync(IServer server, RedisKey mark)
    {
        var write = server.ExecuteAsync("EVAL", [Mark, 1, mark], CommandFlags.NoRedirect);
        var wait = server.ExecuteAsync("WAIT", [_options.WaitForReplicas, (long)_options.WaitTimeout.TotalMilliseconds], CommandFlags.NoRedirect);
        await Task.WhenAll(write, wait);
        var have = (int)await wait;
        InferenceTelemetry.ReplicaWaits.Add(1, new KeyValuePair<string, object?>("outcome", have < _options.WaitForReplicas ? "missed" : "replicated"));
        if (have < _options.WaitForReplicas)
        {
            throw new TimeoutException($"{have} of {_options.WaitForReplicas} replicas have it after {_options.WaitTimeout.TotalMilliseconds:0} ms.");
        }
    }
}
