using System.Globalization;
using System.Text.Json;
using QueueInference.Core.Jobs;
using QueueInference.Core.Store;
using StackExchange.Redis;

namespace QueueInference.Core.Rollouts;

/// <summary>How rollouts stand, in Redis: states, decisions, and what workers measured.</summary>
public sealed class RolloutStore(RedisStore store)
{
    private const int MostEvents = 200;

    // One slot, so that a decision and its event are written together.
    private static readonly RedisKey States = "qi:{rollouts}";

    private static readonly TimeSpan NumbersStay = TimeSpan.FromDays(7);

    /// <summary>The states, by model.</summary>
    public Task<IReadOnlyDictionary<string, RolloutState>> GetAsync(CancellationToken cancellationToken) =>
        store.GuardAsync<IReadOnlyDictionary<string, RolloutState>>(async redis =>
            (await redis.HashGetAllAsync(States)).ToDictionary(entry => (string)entry.Name!, entry => JsonSerializer.Deserialize((string)entry.Value!, JobJson.Default.RolloutState)!), cancellationToken);

    /// <summary>Changes a state; false where another has changed it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="before">The state it was read as; null for none.</param>
    /// <param name="after">The state from now on.</param>
    /// <param name="event">Says so.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<bool> ChangeAsync(string model, RolloutState? before, RolloutState after, RolloutEvent @event, CancellationToken cancellationToken) =>
        (int)await store.RunAsync("rollout-change", [States, JobKeys.RolloutEvents(model), RolloutNotices.Unsent],
        [
            model, before is null ? "" : JsonSerializer.Serialize(before, JobJson.Default.RolloutState), JsonSerializer.Serialize(after, JobJson.Default.RolloutState),
            JsonSerializer.Serialize(@event, JobJson.Default.RolloutEvent), JsonSerializer.Serialize(new(model, @event), JobJson.Default.RolloutNotice), MostEvents,
        ], cancellationToken) == 1;

    /// <summary>Takes every rejection back, and lets a candidate that is being compared begin anew; false where the model has no rollout.</summary>
    public async Task<bool> ForgetAsync(string model, long now, CancellationToken cancellationToken)
    {
        while ((await GetAsync(cancellationToken)).GetValueOrDefault(model) is { } state)
        {
            var after = state.IsUnderWay
                ? state with { Stage = RolloutStage.Shadow, Percent = 0, Since = now, Rejections = null }
                : new RolloutState(RolloutStage.Serving, state.Version, Since: now);
            var version = state.Candidate ?? state.Version;
            if (await ChangeAsync(model, state, after, new(now, "forgotten", version, state.Version, 0, "An administrator wants it to begin anew.", null), cancellationToken))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The last decisions, the newest first.</summary>
    public Task<IReadOnlyList<RolloutEvent>> EventsAsync(string model, CancellationToken cancellationToken) =>
        store.GuardAsync<IReadOnlyList<RolloutEvent>>(async redis =>
            [.. (await redis.ListRangeAsync(JobKeys.RolloutEvents(model))).Select(entry => JsonSerializer.Deserialize((string)entry!, JobJson.Default.RolloutEvent)!)], cancellationToken);

    /// <summary>Adds what a worker has measured.</summary>
    /// <param name="model">The model.</param>
    /// <param name="since">When the stage began.</param>
    /// <param name="worker">Its id: the largest differences are kept by worker.</param>
    /// <param name="tally">Emptied, and lost where the store is away: to compare fewer jobs is better than to count some twice.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task AddAsync(string model, long since, string worker, RolloutTally tally, CancellationToken cancellationToken)
    {
        var (sums, maxima) = tally.Take();
        if (sums.Count > 0)
        {
            await store.GuardAsync(redis => AddAsync(redis, Numbers(model, since), worker, sums, maxima), cancellationToken);
        }
    }

    /// <summary>What all workers have measured in a stage.</summary>
    public Task<RolloutNumbers> NumbersAsync(string model, long since, CancellationToken cancellationToken) => store.GuardAsync(async redis =>
        RolloutTally.Read((await redis.HashGetAllAsync(Numbers(model, since))).ToDictionary(entry => (string)entry.Name!, entry => (string)entry.Value!)), cancellationToken);

    private static async Task<bool> AddAsync(
        IDatabase redis, RedisKey key, string worker, IReadOnlyDictionary<string, double> sums, IReadOnlyDictionary<string, double> maxima)
    {
        List<Task> all = [.. sums.Select(sum => redis.HashIncrementAsync(key, sum.Key, sum.Value))];
        all.AddRange(maxima.Select(max => redis.HashSetAsync(key, $"max:{worker}:{max.Key}", max.Value.ToString("R", CultureInfo.InvariantCulture))));
        all.Add(redis.KeyExpireAsync(key, NumbersStay));
        await Task.WhenAll(all);
        return true;
    }

    private static RedisKey Numbers(string model, long since) => JobKeys.RolloutNumbers(model, since.ToString(CultureInfo.InvariantCulture));
}
