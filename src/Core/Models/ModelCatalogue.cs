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
    private static readonly RedisKey Workers = "qi:workers";
    private static readonly RedisKey Seen = "qi:workers:seen";

    /// <summary>How long after its last heartbeat a worker still counts as living.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    /// <summary>Publishes the signatures of versions.</summary>
    public Task AnnounceAsync(IEnumerable<ModelVersionInfo> versions, CancellationToken cancellationToken) =>
        store.GuardAsync(async redis =>
        {
            await redis.HashSetAsync(Versions, [.. versions.Select(version => new HashEntry(
                $"{version.Model}/{version.Version}", JsonSerializer.SerializeToUtf8Bytes(version, JobJson.Default.ModelVersionInfo)))]);
            return true;
        }, cancellationToken);

    /// <summary>Says that a worker lives.</summary>
    public Task HeartbeatAsync(WorkerInfo worker, CancellationToken cancellationToken) =>
        store.GuardAsync(async redis =>
        {
            await redis.HashSetAsync(Workers, worker.Id, JsonSerializer.SerializeToUtf8Bytes(worker, JobJson.Default.WorkerInfo));
            return await redis.SortedSetAddAsync(Seen, worker.Id, time.GetUtcNow().ToUnixTimeMilliseconds());
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

    private static T Read<T>(RedisValue value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(((ReadOnlyMemory<byte>)value).Span, type)!;
}
