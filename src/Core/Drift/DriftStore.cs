using System.Globalization;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Store;
using StackExchange.Redis;

namespace QueueInference.Core.Drift;

/// <summary>The distributions of inputs and outputs in Redis: counts by bin, of all workers together.</summary>
public sealed class DriftStore(RedisStore store, TimeProvider time)
{
    private const string Since = "since";
    private static readonly TimeSpan HoursStay = TimeSpan.FromHours(3), DaysStay = TimeSpan.FromDays(3), FirstStays = TimeSpan.FromDays(30);

    /// <summary>The edges of the bins, by feature, and when the version's first sample was taken; who comes first decides on both.</summary>
    /// <param name="version">The version.</param>
    /// <param name="proposed">Edges for features that have none; empty to propose none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<(IReadOnlyDictionary<DriftFeature, double[]> Edges, long Since)> EdgesAsync(
        ModelVersionInfo version, IReadOnlyDictionary<DriftFeature, double[]> proposed, CancellationToken cancellationToken) => store.GuardAsync(async redis =>
        {
            var key = Key(version, "edges");
            await Task.WhenAll(proposed.Select(feature => redis.HashSetAsync(key, feature.Key.ToString(), Write(feature.Value), When.NotExists))
                .Append(redis.HashSetAsync(key, Since, Now(), When.NotExists)));
            await redis.KeyExpireAsync(key, FirstStays);
            return await ReadEdgesAsync(redis, version);
        }, cancellationToken);

    /// <summary>Adds what a worker has counted.</summary>
    /// <param name="version">The version.</param>
    /// <param name="since">When its first sample was taken, Unix milliseconds.</param>
    /// <param name="firstHours">How long its first hours last.</param>
    /// <param name="counts">By feature and bin.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task AddAsync(ModelVersionInfo version, long since, TimeSpan firstHours, IReadOnlyDictionary<(DriftFeature Feature, int Bin), long> counts, CancellationToken cancellationToken) => store.GuardAsync(async redis =>
    {
        List<(RedisKey, TimeSpan)> windows = [(Key(version, Hour(0)), HoursStay), (Key(version, Day(0)), DaysStay)];
        if (Now() - since < firstHours.TotalMilliseconds)
        {
            windows.Add((Key(version, "first"), FirstStays));
        }

        List<Task> all = [redis.KeyExpireAsync(Key(version, "first"), FirstStays)];
        foreach (var (key, stays) in windows)
        {
            all.AddRange(counts.Select(count => redis.HashIncrementAsync(key, $"{count.Key.Bin}:{count.Key.Feature}", count.Value)));
            all.Add(redis.KeyExpireAsync(key, stays));
        }

        await Task.WhenAll(all);
        return true;
    }, cancellationToken);

    /// <summary>What is known of a version, by feature, and when its first sample was taken; null where there was none.</summary>
    public Task<(IReadOnlyDictionary<DriftFeature, DriftWindows> Features, long Since)?> GetAsync(ModelVersionInfo version, CancellationToken cancellationToken) =>
        store.GuardAsync<(IReadOnlyDictionary<DriftFeature, DriftWindows>, long)?>(async redis =>
        {
            var (edges, since) = await ReadEdgesAsync(redis, version);
            var windows = await Task.WhenAll(new[] { "first", Hour(0), Hour(-1), Day(-1) }.Select(window => ReadAsync(redis, Key(version, window))));
            var now = windows[1].Concat(windows[2]).ToLookup(count => count.Key, count => count.Value);
            var counts = new[] { windows[0].ToLookup(count => count.Key, count => count.Value), now, windows[3].ToLookup(count => count.Key, count => count.Value) };
            return since == 0 ? null : (edges.ToDictionary(feature => feature.Key, feature =>
                new DriftWindows(feature.Value, Of(counts[0], feature.Key), Of(counts[1], feature.Key), Of(counts[2], feature.Key))), since);
        }, cancellationToken);

    /// <summary>How far the outputs of a candidate are from those of the version before it; null where too little is known.</summary>
    public async Task<double?> BetweenAsync(ModelVersionInfo before, ModelVersionInfo candidate, CancellationToken cancellationToken) =>
        await GetAsync(before, cancellationToken) is { } one && await GetAsync(candidate, cancellationToken) is { } other ? DriftWindows.Between(one.Features, other.Features) : null;

    private static Dictionary<int, long> Of(ILookup<(DriftFeature Feature, int Bin), long> counts, DriftFeature feature) =>
        counts.Where(count => count.Key.Feature == feature).ToDictionary(count => count.Key.Bin, count => count.Sum());

    private static async Task<(IReadOnlyDictionary<DriftFeature, double[]>, long)> ReadEdgesAsync(IDatabase redis, ModelVersionInfo version)
    {
        var fields = await redis.HashGetAllAsync(Key(version, "edges"));
        var since = fields.Where(field => field.Name == Since).Select(field => (long)field.Value).FirstOrDefault();
        return (fields.Where(field => field.Name != Since).ToDictionary(field => DriftFeature.Parse((string)field.Name!)!, field => Read((string)field.Value!)), since);
    }

    private static async Task<Dictionary<(DriftFeature Feature, int Bin), long>> ReadAsync(IDatabase redis, RedisKey key)
    {
        var counts = new Dictionary<(DriftFeature, int), long>();
        foreach (var field in await redis.HashGetAllAsync(key))
        {
            var (name, colon) = ((string)field.Name!, ((string)field.Name!).IndexOf(':', StringComparison.Ordinal));
            counts[(DriftFeature.Parse(name[(colon + 1)..])!, int.Parse(name[..colon], CultureInfo.InvariantCulture))] = (long)field.Value;
        }

        return counts;
    }

    private static string Write(double[] edges) => string.Join(' ', edges.Select(edge => edge.ToString("R", CultureInfo.InvariantCulture)));

    private static double[] Read(string edges) => [.. edges.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(edge => double.Parse(edge, CultureInfo.InvariantCulture))];

    private string Hour(int offset) => string.Create(CultureInfo.InvariantCulture, $"h{(Now() / 3_600_000) + offset}");

    private string Day(int offset) => string.Create(CultureInfo.InvariantCulture, $"d{(Now() / 86_400_000) + offset}");

    /// <summary>Other files are another version, whatever their number.</summary>
    private static RedisKey Key(ModelVersionInfo version, string window) => JobKeys.Drift(version.Name, version.Sha256, window);

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
