using System.Globalization;
using QueueInference.Core.Store;
using StackExchange.Redis;

namespace QueueInference.Core.Models;

/// <summary>Which versions an administrator has chosen for jobs that name none, in Redis.</summary>
public sealed class DefaultVersions(RedisStore store)
{
    private static readonly RedisKey Chosen = "qi:models:default";

    /// <summary>All choices, by model.</summary>
    public Task<IReadOnlyDictionary<string, int>> GetAsync(CancellationToken cancellationToken) =>
        store.GuardAsync<IReadOnlyDictionary<string, int>>(async redis =>
            (await redis.HashGetAllAsync(Chosen)).Where(entry => entry.Value.TryParse(out int _)).ToDictionary(entry => (string)entry.Name!, entry => (int)entry.Value), cancellationToken);

    /// <summary>Chooses a version, until another choice; true where the model had none.</summary>
    public Task<bool> SetAsync(string model, int version, CancellationToken cancellationToken) =>
        store.GuardAsync(redis => redis.HashSetAsync(Chosen, model, version.ToString(CultureInfo.InvariantCulture)), cancellationToken);

    /// <summary>Leaves it to <c>model.json</c> and the workers again; false where nothing was chosen.</summary>
    public Task<bool> ClearAsync(string model, CancellationToken cancellationToken) =>
        store.GuardAsync(redis => redis.HashDeleteAsync(Chosen, model), cancellationToken);
}
