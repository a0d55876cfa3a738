using QueueInference.Core.Store;
using StackExchange.Redis;
using static QueueInference.Core.Jobs.JobSubmissions;

namespace QueueInference.Core.Jobs;

/// <summary>Webhook deliveries that <c>finish</c> and its kin wrote together with the state.</summary>
public sealed class WebhookOutbox(RedisStore store)
{
    /// <summary>Takes due deliveries, and hides them from other dispatchers for the lease.</summary>
    public async Task<IReadOnlyList<JobId>> TakeDueAsync(string partition, int count, TimeSpan lease, CancellationToken cancellationToken) =>
        Array.ConvertAll(await store.RunManyAsync("outbox-take", [JobKeys.Outbox(partition)], [count, Milliseconds(lease)], cancellationToken),
            JobId.Trusted);

    /// <summary>The body fixed at the first attempt and the attempts made; null before the first.</summary>
    public Task<(byte[] Body, string Url, int Attempts)?> GetAsync(JobId id, CancellationToken cancellationToken) =>
        store.GuardAsync<(byte[], string, int)?>(async redis =>
        {
            var values = await redis.HashGetAsync(JobKeys.Delivery(id), ["body", "url", "attempts"]);
            return values[0].IsNull ? null : ((byte[])values[0]!, (string)values[1]!, (int)values[2]);
        }, cancellationToken);

    /// <summary>Fixes the body, so that every attempt sends the same bytes; the first writer wins.</summary>
    public async Task FixAsync(JobId id, byte[] body, string url, CancellationToken cancellationToken) =>
        await store.GuardAsync(async redis =>
        {
            await redis.HashSetAsync(JobKeys.Delivery(id), "url", url, When.NotExists);
            return await redis.HashSetAsync(JobKeys.Delivery(id), "body", body, When.NotExists);
        }, cancellationToken);

    /// <summary>The delivery is accepted or given up.</summary>
    public Task CompleteAsync(JobId id, CancellationToken cancellationToken) => SettleAsync(id, "done", 0, cancellationToken);

    /// <summary>The delivery is tried again after <paramref name="delay"/>.</summary>
    public Task RetryAsync(JobId id, TimeSpan delay, int attempts, CancellationToken cancellationToken) =>
        SettleAsync(id, Milliseconds(delay), attempts, cancellationToken);

    private Task SettleAsync(JobId id, RedisValue next, int attempts, CancellationToken cancellationToken) =>
        store.RunAsync("outbox-settle", [JobKeys.Outbox(id.Partition), JobKeys.Delivery(id)], [id.Text, next, attempts], cancellationToken);
}
