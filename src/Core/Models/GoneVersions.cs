using Microsoft.Extensions.Options;
using QueueInference.Core.Jobs;
using QueueInference.Core.Store;
using StackExchange.Redis;

namespace QueueInference.Core.Models;

/// <summary>Versions that no worker serves any more while others of their model are served, in Redis: as long as a job that names one may still come.</summary>
public sealed class GoneVersions(RedisStore store, IOptions<JobOptions> options, TimeProvider time)
{
    private static readonly RedisKey Gone = "qi:models:gone";

    /// <summary>Says that it is gone.</summary>
    public Task AddAsync(string name, CancellationToken cancellationToken) =>
        store.GuardAsync(redis => redis.SortedSetAddAsync(Gone, name, Now()), cancellationToken);

    /// <summary>Says that these are served.</summary>
    public Task RemoveAsync(IEnumerable<string> names, CancellationToken cancellationToken) =>
        store.GuardAsync(redis => redis.SortedSetRemoveAsync(Gone, [.. names.Select(name => (RedisValue)name)]), cancellationToken);

    /// <summary>Those that are gone, as <c>model/version</c>. One is forgotten when every job that named it has outlived its age.</summary>
    public Task<IReadOnlySet<string>> GetAsync(CancellationToken cancellationToken) => store.GuardAsync<IReadOnlySet<string>>(async redis =>
    {
        await redis.SortedSetRemoveRangeByScoreAsync(Gone, double.NegativeInfinity, Now() - options.Value.MaxQueueAge.TotalMilliseconds);
        return (await redis.SortedSetRangeByRankAsync(Gone)).Select(name => (string)name!).ToHashSet();
    }, cancellationToken);

    /// <summary>Whether a version is gone, for all that is known now.</summary>
    public Task<bool> ContainsAsync(string model, int version, CancellationToken cancellationToken) =>
        store.GuardAsync(async redis => await redis.SortedSetScoreAsync(Gone, $"{model}/{version}") is not null, cancellationToken);

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
