using StackExchange.Redis;

namespace QueueInference.Core.Store;

/// <summary>The version of what lies in the store: a process that does not know it must not touch it.</summary>
internal sealed class StoreFormat
{
    /// <summary>
    /// What this build reads and writes. It grows with every change that an earlier build cannot live with,
    /// and then the store must be empty of jobs: docs/architecture.md says how.
    /// </summary>
    public const string Version = "1";

    private static readonly RedisKey Key = "qi:format";
    private volatile bool _isKnown;

    /// <summary>Whether the store was found to be one that this build knows.</summary>
    public bool IsKnown => _isKnown;

    /// <summary>Looks; a store that says nothing is new, and ours.</summary>
    /// <exception cref="StoreFormatException">It is another's.</exception>
    public async Task CheckAsync(IDatabase redis)
    {
        var found = await redis.StringGetAsync(Key);
        if (found.IsNull && await TryWriteAsync(redis))
        {
            found = await redis.StringGetAsync(Key);
        }

        _isKnown = found.IsNull || found == Version;
        if (!_isKnown)
        {
            throw new StoreFormatException((string)found!);
        }
    }

    /// <summary>False on a Redis that is full: it must go on, and only jobs that end make room.</summary>
    private static async Task<bool> TryWriteAsync(IDatabase redis)
    {
        try
        {
            await redis.StringSetAsync(Key, Version, when: When.NotExists);
            return true;
        }
        catch (RedisServerException e) when (e.Message.StartsWith("OOM", StringComparison.Ordinal))
        {
            return false;
        }
    }
}

/// <summary>The store was written by a build with another format.</summary>
public sealed class StoreFormatException(string found) : Exception(
    $"The job store has format {Shown(found)}, and this build knows {StoreFormat.Version}. Run the release that it belongs to, or give this one an empty Redis (or database of it).")
{
    private static string Shown(string found) => found.Length is > 0 and <= 20 && found.All(char.IsAsciiLetterOrDigit) ? found : "that is none of ours";
}
