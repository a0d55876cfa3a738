using System.Text.Json;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Store;
using StackExchange.Redis;

namespace QueueInference.Core.Models;

/// <summary>Which models there are and which workers live, in Redis. What is said of a model stays when its last worker goes: scale to zero.</summary>
public sealed class ModelCatalogue(RedisStore store, TimeProvider time)
{
    private static readonly RedisKey Versions = "qi:models";
    private static readonly RedisKey VersionsSeen = "qi:models:seen";
    private static readonly RedisKey Workers = "qi:workers";
    private static readonly RedisKey Seen = "qi:workers:seen";

    /// <summary>How long after its last heartbeat a worker still counts as living.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    /// <summary>How long a version that no worker serves is remembered while another version of its model is served: its workers may come back.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    /// <summary>Publishes the signatures of versions.</summary>
    public Task AnnounceAsync(IReadOnlyList<ModelVersionInfo> versions, CancellationToken cancellationToken) =>
        versions.Count == 0 ? Task.CompletedTask : store.GuardAsync(async redis =>
        {
            await redis.SortedSetAddAsync(VersionsSeen, [.. versions.Select(version => new SortedSetEntry(version.Name, Now()))]);
            await redis.HashSetAsync(Versions, [.. versions.Select(version => new HashEntry(version.Name, JsonSerializer.SerializeToUtf8Bytes(version, JobJson.Default.ModelVersionInfo)))]);
            return true;
        }, cancellationToken);

    /// <summary>Forgets versions that no living worker serves; never the last of a model, which is only scaled to zero.</summary>
    /// <param name="models">Models of which the caller serves a version.</param>
    /// <param name="left">Versions, as <c>model/version</c>, that the caller served until they were taken from the repository; others are remembered for <see cref="Memory"/>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Those that this call took off the list.</returns>
    public async Task<IReadOnlyList<ModelVersionInfo>> PruneAsync(IReadOnlySet<string> models, IReadOnlySet<string> left, CancellationToken cancellationToken)
    {
        var served = (await GetWorkersAsync(cancellationToken)).SelectMany(worker => worker.Models).ToHashSet();
        var unserved = (await GetVersionsAsync(cancellationToken)).Where(version => models.Contains(version.Model) && !served.Contains(version.Name)).ToList();
        List<ModelVersionInfo> gone = [];
        foreach (var version in unserved)
        {
            if ((left.Contains(version.Name) || await IsForgottenAsync(version, cancellationToken)) && await RemoveAsync(version, cancellationToken))
            {
                gone.Add(version);
            }
        }

        return gone;
    }

    /// <summary>Says that a worker lives.</summary>
    public Task HeartbeatAsync(WorkerInfo worker, CancellationToken cancellationToken) =>
        store.GuardAsync(async redis =>
        {
            await redis.HashSetAsync(Workers, worker.Id, JsonSerializer.SerializeToUtf8Bytes(worker, JobJson.Default.WorkerInfo));
            return await redis.SortedSetAddAsync(Seen, worker.Id, Now());
        }, cancellationToken);

    /// <summary>Takes a worker off the list.</summary>
    public Task LeaveAsync(string workerId, CancellationToken cancellationToken) =>
        store.GuardAsync(async redis =>
        {
            await redis.SortedSetRemoveAsync(Seen, workerId);
            return await redis.HashDeleteAsync(Workers, workerId);
        }, cancellationToken);

    /// <summary>Every version ever announced.</summary>
    public Task<IReadOnlyList<ModelVersionInfo>> GetVersionsAsync(CancellationToken cancellationToken) =>
        store.GuardAsync<IReadOnlyList<ModelVersionInfo>>(async redis =>
            [.. (await redis.HashGetAllAsync(Versions)).Select(entry => Read(entry.Value, JobJson.Default.ModelVersionInfo))], cancellationToken);

    /// <summary>The workers that live; the silent ones are removed.</summary>
    public Task<IReadOnlyList<WorkerInfo>> GetWorkersAsync(CancellationToken cancellationToken) =>
        store.GuardAsync<IReadOnlyList<WorkerInfo>>(async redis =>
        {
            var oldest = time.GetUtcNow().Subtract(Silence).ToUnixTimeMilliseconds();
            var silent = await redis.SortedSetRangeByScoreAsync(Seen, double.NegativeInfinity, oldest);
            if (silent.Length > 0)
            {
                await redis.SortedSetRemoveAsync(Seen, silent);
                await redis.HashDeleteAsync(Workers, silent);
            }

            return [.. (await redis.HashGetAllAsync(Workers)).Select(entry => Read(entry.Value, JobJson.Default.WorkerInfo))];
        }, cancellationToken);

    /// <summary>One that was announced by an older release is seen now.</summary>
    private Task<bool> IsForgottenAsync(ModelVersionInfo version, CancellationToken cancellationToken) =>
        store.GuardAsync(async redis =>
        {
            await redis.SortedSetAddAsync(VersionsSeen, version.Name, Now(), When.NotExists);
            return await redis.SortedSetScoreAsync(VersionsSeen, version.Name) < Now() - Memory.TotalMilliseconds;
        }, cancellationToken);

    private Task<bool> RemoveAsync(ModelVersionInfo version, CancellationToken cancellationToken) =>
        store.GuardAsync(async redis =>
        {
            await redis.SortedSetRemoveAsync(VersionsSeen, version.Name);
            return await redis.HashDeleteAsync(Versions, version.Name);
        }, cancellationToken);

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static T Read<T>(RedisValue value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(((ReadOnlyMemory<byte>)value).Span, type)!;
}
