using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Store;
using StackExchange.Redis;

namespace QueueInference.Core.Models;

/// <summary>Which models there are and which workers live, in Redis. What is said of a model stays when its last worker goes: scale to zero.</summary>
public sealed class ModelCatalogue(RedisStore store, GoneVersions gone, TimeProvider time)
{
    private static readonly RedisKey Versions = "qi:models";
    private static readonly RedisKey VersionsSeen = "qi:models:seen";
    private static readonly RedisKey Workers = "qi:workers";
    private static readonly RedisKey Seen = "qi:workers:seen";

    /// <summary>How long after its last heartbeat a worker still counts as living.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    /// <summary>How long a version that no worker serves is remembered while another version of its model is served: its workers may come back.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    /// <summary>Publishes the signatures of versions. From here on none of them is gone.</summary>
    public async Task AnnounceAsync(IReadOnlyList<ModelVersionInfo> versions, CancellationToken cancellationToken)
    {
        if (versions.Count == 0)
        {
            return;
        }

        await gone.RemoveAsync(versions.Select(version => version.Name), cancellationToken);
        await store.GuardAsync(async redis =>
        {
            await redis.SortedSetAddAsync(VersionsSeen, [.. versions.Select(version => new SortedSetEntry(version.Name, Now()))]);
            await redis.HashSetAsync(Versions, [.. versions.Select(version => new HashEntry(version.Name, JsonSerializer.SerializeToUtf8Bytes(version, JobJson.Default.ModelVersionInfo)))]);
            return true;
        }, cancellationToken);
    }

    /// <summary>Forgets versions that no living worker serves; never the last of a model, which is only scaled to zero.</summary>
    /// <param name="models">Models of which the caller serves a version.</param>
    /// <param name="left">Versions, as <c>model/version</c>, that the caller served until they were taken from the repository. The last worker to leave one forgets it.</param>
    /// <param name="age">How long the caller has lived: it can say of the others that nobody came back to them only for that long.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task PruneAsync(IReadOnlySet<string> models, IReadOnlySet<string> left, TimeSpan age, CancellationToken cancellationToken)
    {
        var served = (await GetWorkersAsync(cancellationToken)).SelectMany(worker => worker.Models).ToHashSet();
        var unserved = (await GetVersionsAsync(cancellationToken)).Where(version => models.Contains(version.Model) && !served.Contains(version.Name)).ToList();
        foreach (var version in unserved)
        {
            if (left.Contains(version.Name) || (age > Memory && await IsForgottenAsync(version, cancellationToken)))
            {
                await RemoveAsync(version, cancellationToken);
            }
        }
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
            [.. (await redis.HashGetAllAsync(Versions)).Select(entry => Read(entry.Value, JobJson.Default.ModelVersionInfo)).OfType<ModelVersionInfo>()], cancellationToken);

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

            return [.. (await redis.HashGetAllAsync(Workers)).Select(entry => Read(entry.Value, JobJson.Default.WorkerInfo)).OfType<WorkerInfo>()];
        }, cancellationToken);

    /// <summary>One that was announced by an older release is seen now.</summary>
    private Task<bool> IsForgottenAsync(ModelVersionInfo version, CancellationToken cancellationToken) =>
        store.GuardAsync(async redis =>
        {
            await redis.SortedSetAddAsync(VersionsSeen, version.Name, Now(), When.NotExists);
            return await redis.SortedSetScoreAsync(VersionsSeen, version.Name) < Now() - Memory.TotalMilliseconds;
        }, cancellationToken);

    /// <summary>Gone first: a version that is neither announced nor gone would leave the jobs that name it waiting.</summary>
    private async Task RemoveAsync(ModelVersionInfo version, CancellationToken cancellationToken)
    {
        await gone.AddAsync(version.Name, cancellationToken);
        await store.GuardAsync(async redis =>
        {
            await redis.SortedSetRemoveAsync(VersionsSeen, version.Name);
            return await redis.HashDeleteAsync(Versions, version.Name);
        }, cancellationToken);
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Null for what another release wrote and this one cannot read: it must not hide the others.</summary>
    private static T? Read<T>(RedisValue value, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(((ReadOnlyMemory<byte>)value).Span, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
