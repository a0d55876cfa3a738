using System.Globalization;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Store;
using StackExchange.Redis;

namespace QueueInference.Core.Drift;

/// <summary>The distributions of inputs and outputs in Redis: counts by bin, of all workers together.</summary>
public sealed class DriftStore(RedisStore store, TimeProvider time)
{
    // In the hash of the edges, beside the features.
    private const string Since = "since", Samples = "samples";

    /// <summary>The first hours last until there are so many samples of a feature, however long that takes.</summary>
    private const int FewestFirst = 400;

    private static readonly TimeSpan HoursStay = TimeSpan.FromHours(3), DaysStay = TimeSpan.FromDays(3), FirstStays = TimeSpan.FromDays(30);

    /// <summary>The edges of the bins, by feature; who comes first decides on them.</summary>
    /// <param name="version">The version.</param>
    /// <param name="proposed">Edges for features that have none; empty to propose none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<IReadOnlyDictionary<DriftFeature, double[]>> EdgesAsync(
        ModelVersionInfo version, IReadOnlyDictionary<DriftFeature, double[]> proposed, CancellationToken cancellationToken) => store.GuardAsync(async redis =>
        {
            var key = Key(version, "edges");
            await Task.WhenAll(proposed.Select(feature => redis.HashSetAsync(key, feature.Key.ToString(), Write(feature.Value), When.NotExists)));
            await redis.KeyExpireAsync(key, FirstStays);
            return (await ReadEdgesAsync(redis, version)).Edges;
        }, cancellationToken);

    /// <summary>Adds what a worker has counted.</summary>
    /// <param name="version">The version.</param>
    /// <param name="firstHours">How long its first hours last at least.</param>
    /// <param name="counts">By feature and bin.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task AddAsync(ModelVersionInfo version, TimeSpan firstHours, IReadOnlyDictionary<(DriftFeature Feature, int Bin), long> counts, CancellationToken cancellationToken) => store.GuardAsync(async redis =>
    {
        var edges = Key(version, "edges");
        await redis.HashSetAsync(edges, Since, Now(), When.NotExists);
        var samples = await redis.HashIncrementAsync(edges, Samples, counts.GroupBy(count => count.Key.Feature).Max(feature => feature.Sum(count => count.Value)));
        var since = (long)await redis.HashGetAsync(edges, Since);
        List<(RedisKey, TimeSpan)> windows = [(Key(version, Hour(0)), HoursStay), (Key(version, Day(0)), DaysStay)];
        if (Now() - since < firstHours.TotalMilliseconds || samples < FewestFirst)
        {
            windows.Add((Key(version, "first"), FirstStays));
        }

        List<Task> all = [redis.KeyExpireAsync(Key(version, "first"), FirstStays)];
        foreach (var (key, stays) in windows)
        {
            all.AddRange(counts.Select(count => redis.HashIncrementAsync(key, count.Key.Feature.Bin(count.Key.Bin), count.Value)));
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
            var counts = Array.ConvertAll(new IEnumerable<KeyValuePair<(DriftFeature Feature, int Bin), long>>[] { windows[0], windows[1].Concat(windows[2]), windows[3] },
                window => window.ToLookup(count => count.Key.Feature, count => (count.Key.Bin, count.Value)));
            return since == 0 ? null : (edges.ToDictionary(feature => feature.Key, feature =>
                new DriftWindows(feature.Value, Of(counts[0], feature.Key), Of(counts[1], feature.Key), Of(counts[2], feature.Key))), since);
        }, cancellationToken);

    /// <summary>How far the outputs of a candidate have gone from those of the version before it on the day before; null where too little is known.</summary>
    /// <param name="before">The version before.</param>
    /// <param name="pairs">What both said to the same inputs.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<double?> BetweenAsync(ModelVersionInfo before, DriftPairs pairs, CancellationToken cancellationToken) =>
        pairs.IsEmpty ? null : pairs.Index((await GetAsync(before, cancellationToken))?.Features ?? new Dictionary<DriftFeature, DriftWindows>());

    private static Dictionary<int, long> Of(ILookup<DriftFeature, (int Bin, long Count)> counts, DriftFeature feature) =>
        counts[feature].GroupBy(count => count.Bin).ToDictionary(bin => bin.Key, bin => bin.Sum(count => count.Count));

    private static async Task<(IReadOnlyDictionary<DriftFeature, double[]> Edges, long Since)> ReadEdgesAsync(IDatabase redis, ModelVersionInfo version)
    {
        var fields = await redis.HashGetAllAsync(Key(version, "edges"));
        var since = fields.Where(field => field.Name == Since).Select(field => (long)field.Value).FirstOrDefault();
        return (fields.Select(field => (Feature: DriftFeature.Parse((string)field.Name!), field.Value)).Where(field => field.Feature is not null)
            .ToDictionary(field => field.Feature!, field => Read((string)field.Value!)), since);
    }

    private static async Task<Dictionary<(DriftFeature Feature, int Bin), long>> ReadAsync(IDatabase redis, RedisKey key)
    {
        var counts = new Dictionary<(DriftFeature, int), long>();
        foreach (var field in await redis.HashGetAllAsync(key))
        {
            if (DriftFeature.ParseBin((string)field.Name!) is { } bin)
            {
                counts[bin] = (long)field.Value;
            }
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
