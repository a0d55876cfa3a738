using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace QueueInference.Core.Store;

/// <summary>Runs the store's scripts and reads, with one deadline and one translation of errors.</summary>
public sealed class RedisStore(IConnectionMultiplexer redis, RedisStoreOptions options)
{
    /// <summary>Scripts whose outcome is told, or acted upon where Redis cannot take it back: a caller is answered, a message is published or acknowledged.</summary>
    /// <remarks>Not among them is what is done over when it is lost: a lease that is renewed, a job that is given back, a sweep.</remarks>
    private static readonly FrozenSet<string> Promises = ["idempotency", "reserve", "confirm", "claim", "finish", "cancel", "forget", "dead-keep"];

    private static readonly ConcurrentDictionary<string, Script> Scripts = new();

    private readonly StoreFormat _format = new();

    private sealed record Script(string Text, byte[] Hash);

    /// <summary>Where a promise must be on replicas first.</summary>
    internal ReplicaBarrier? Replicas { get; init; }

    /// <summary>Runs the embedded script <paramref name="name"/>.lua.</summary>
    /// <exception cref="StoreUnavailableException">No answer in time, or not on enough replicas.</exception>
    /// <exception cref="StoreFullException">Redis is at its memory limit.</exception>
    public Task<RedisResult> RunAsync(string name, RedisKey[] keys, RedisValue[] args, CancellationToken cancellationToken) =>
        GuardAsync(database => Replicas is { } replicas && Promises.Contains(name)
            ? replicas.AfterAsync(keys[0], () => EvaluateAsync(database, name, keys, args))
            : EvaluateAsync(database, name, keys, args), cancellationToken);

    /// <summary>Runs a script that answers one string per job.</summary>
    public async Task<string[]> RunManyAsync(string name, RedisKey[] keys, RedisValue[] args, CancellationToken cancellationToken) =>
        (string[])(await RunAsync(name, keys, args, cancellationToken))!;

    /// <summary>Runs plain commands under the same deadline and translation.</summary>
    public async Task<T> GuardAsync<T>(Func<IDatabase, Task<T>> command, CancellationToken cancellationToken)
    {
        // A caller whose time is over must not start a write that nobody waits for.
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var database = redis.GetDatabase();
            return await (_format.IsKnown ? command(database) : CheckedAsync(database, command)).WaitAsync(options.Timeout, cancellationToken);
        }
        catch (StoreFormatException e)
        {
            throw new StoreUnavailableException(e);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("OOM", StringComparison.Ordinal) || e.Message.Contains(" OOM ", StringComparison.Ordinal))
        {
            throw new StoreFullException(e);
        }
        catch (Exception e) when (e is RedisException or RedisCommandException or TimeoutException or ObjectDisposedException)
        {
            throw new StoreUnavailableException(e);
        }
    }

    /// <summary>Looks again whether the store is one that this build knows; while it is not, every call is refused.</summary>
    /// <exception cref="StoreUnavailableException">It is not, which the inner exception says, or it does not answer.</exception>
    internal Task CheckFormatAsync(CancellationToken cancellationToken) => GuardAsync(async database =>
    {
        await _format.CheckAsync(database);
        return true;
    }, cancellationToken);

    /// <summary>The first call of all, whoever makes it, comes only after a look at the format.</summary>
    private async Task<T> CheckedAsync<T>(IDatabase database, Func<IDatabase, Task<T>> command)
    {
        await _format.CheckAsync(database);
        return await command(database);
    }

    private static async Task<RedisResult> EvaluateAsync(IDatabase database, string name, RedisKey[] keys, RedisValue[] args)
    {
        var script = Scripts.GetOrAdd(name, Load);
        try
        {
            return await database.ScriptEvaluateAsync(script.Hash, keys, args);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            return await database.ExecuteAsync("EVAL", [script.Text, keys.Length, .. keys.Cast<object>(), .. args.Cast<object>()]);
        }
    }

    private static Script Load(string name)
    {
        var text = Read("prelude.lua") + "\n" + Read(name + ".lua");
#pragma warning disable CA5350 // Redis names scripts by their SHA-1; nothing is protected by it.
        return new Script(text, SHA1.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350
    }

    private static string Read(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"No script {resource}.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}

/// <summary>How long a call to Redis may take. Api: 2 s, so that a caller is answered; Worker: 10 s, since it tries again.</summary>
public sealed record RedisStoreOptions(TimeSpan Timeout);
