using System.Text.Json;
using QueueInference.Core.Jobs;
using QueueInference.Core.Store;
using StackExchange.Redis;

namespace QueueInference.Core.Rollouts;

/// <summary>Decisions that the operator is still to be told, in Redis, in their order.</summary>
public sealed class RolloutNotices(RedisStore store)
{
    /// <summary>Written by the script that decides.</summary>
    internal static readonly RedisKey Unsent = "qi:{rollouts}:unsent";

    private static readonly RedisKey Sender = "qi:{rollouts}:sender";

    /// <summary>The oldest one, for whoever is the one to send; null where there is none, or another sends.</summary>
    /// <param name="sender">Who asks.</param>
    /// <param name="lease">How long nobody else may send.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<(RolloutNotice Notice, string Text)?> NextAsync(string sender, TimeSpan lease, CancellationToken cancellationToken) =>
        store.GuardAsync<(RolloutNotice, string)?>(async redis =>
        {
            if (!await redis.StringSetAsync(Sender, sender, lease, When.NotExists) && await redis.StringGetAsync(Sender) != sender)
            {
                return null;
            }

            await redis.KeyExpireAsync(Sender, lease);
            return (string?)await redis.ListGetByIndexAsync(Unsent, -1) is { } text ? (JsonSerializer.Deserialize(text, JobJson.Default.RolloutNotice)!, text) : null;
        }, cancellationToken);

    /// <summary>It is sent, or given up.</summary>
    public Task DoneAsync(string text, CancellationToken cancellationToken) => store.GuardAsync(redis => redis.ListRemoveAsync(Unsent, text, -1), cancellationToken);
}
