using QueueInference.Contracts;
using QueueInference.Core.Store;
using QueueInference.Core.Tensors;
using StackExchange.Redis;

namespace QueueInference.Core.Jobs;

/// <summary>Reads of the job store. None of them changes anything.</summary>
public sealed class JobReads(RedisStore store, Partitions partitions)
{
    /// <summary>A job's record; null when there is none.</summary>
    public async Task<JobRecord?> GetAsync(JobId id, CancellationToken cancellationToken) =>
        JobRecord.Parse(id, await store.GuardAsync(redis => redis.HashGetAsync(JobKeys.Job(id), JobRecord.Fields), cancellationToken));

    /// <summary>A succeeded job's outputs; null once they are gone.</summary>
    public Task<Tensor[]?> GetResultAsync(JobId id, CancellationToken cancellationToken) => GetTensorsAsync(JobKeys.Result(id), cancellationToken);

    /// <summary>Records and results of several jobs in one round trip; each as <see cref="GetAsync"/> and <see cref="GetResultAsync"/> answer it.</summary>
    public Task<(JobRecord? Record, Tensor[]? Outputs)[]> GetManyAsync(IReadOnlyList<JobId> ids, CancellationToken cancellationToken) =>
        store.GuardAsync(async redis =>
        {
            var batch = redis.CreateBatch();
            var records = ids.Select(id => batch.HashGetAsync(JobKeys.Job(id), JobRecord.Fields)).ToArray();
            var results = ids.Select(id => batch.StringGetAsync(JobKeys.Result(id))).ToArray();
            batch.Execute();
            var (fields, values) = (await Task.WhenAll(records), await Task.WhenAll(results));
            return ids.Select((id, i) => (JobRecord.Parse(id, fields[i]), Tensors(values[i]))).ToArray();
        }, cancellationToken);

    /// <summary>States alone, in one round trip; null where there is no record.</summary>
    public Task<JobState?[]> GetStatesAsync(IReadOnlyList<JobId> ids, CancellationToken cancellationToken) =>
        store.GuardAsync(async redis =>
        {
            var batch = redis.CreateBatch();
            var states = ids.Select(id => batch.HashGetAsync(JobKeys.Job(id), "state")).ToArray();
            batch.Execute();
            return Array.ConvertAll(await Task.WhenAll(states), state => JobStates.TryParse(state, out var parsed) ? parsed : (JobState?)null);
        }, cancellationToken);

    /// <summary>A job's kept inputs; null where there are none.</summary>
    public Task<Tensor[]?> GetInputsAsync(JobId id, CancellationToken cancellationToken) => GetTensorsAsync(JobKeys.Inputs(id), cancellationToken);

    /// <summary>How many jobs of its model were created before it and wait too; null when it does not wait.</summary>
    public Task<long?> GetPositionAsync(JobId id, string model, CancellationToken cancellationToken) =>
        store.GuardAsync<long?>(async redis =>
        {
            var own = redis.SortedSetRankAsync(JobKeys.Queued(id.Partition, model), id.Text);
            var others = await Task.WhenAll(partitions.All.Where(partition => partition != id.Partition)
                .Select(partition => redis.SortedSetLengthAsync(JobKeys.Queued(partition, model), double.NegativeInfinity, id.CreatedAt, Exclude.Stop)));
            return await own is { } rank ? rank + others.Sum() : null;
        }, cancellationToken);

    /// <summary>How many jobs wait for a model, and when the oldest of them was created (Unix ms).</summary>
    public Task<(long Depth, long? Oldest)> GetQueueAsync(string model, CancellationToken cancellationToken) =>
        store.GuardAsync(async redis =>
        {
            var depths = Task.WhenAll(partitions.All.Select(partition => redis.SortedSetLengthAsync(JobKeys.Queued(partition, model))));
            var firsts = await Task.WhenAll(partitions.All.Select(partition => redis.SortedSetRangeByRankWithScoresAsync(JobKeys.Queued(partition, model), 0, 0)));
            return ((await depths).Sum(), firsts.SelectMany(first => first).Select(first => (long?)first.Score).Min());
        }, cancellationToken);

    /// <summary>A tenant's jobs, newest first, created at or before <paramref name="before"/> (Unix ms).</summary>
    public Task<JobRecord[]> ListAsync(string tenant, long before, int skip, int take, CancellationToken cancellationToken) =>
        store.GuardAsync(async redis =>
        {
            // Of each partition as many as there could be of it alone.
            var lists = await Task.WhenAll(partitions.All.Select(partition => redis.SortedSetRangeByScoreWithScoresAsync(
                JobKeys.List(partition, tenant), double.NegativeInfinity, before, order: Order.Descending, take: skip + take)));
            var newest = lists.SelectMany(list => list).OrderByDescending(entry => entry.Score).ThenByDescending(entry => (string)entry.Element!, StringComparer.Ordinal);
            var records = await Task.WhenAll(newest.Skip(skip).Take(take).Select(async entry =>
            {
                var id = JobId.Trusted(entry.Element!);
                return JobRecord.Parse(id, await redis.HashGetAsync(JobKeys.Job(id), JobRecord.Fields)) ?? Gone(id);
            }));
            return records;
        }, cancellationToken);

    private static JobRecord Gone(JobId id) => new(id, JobState.Expired, null, 0, null, null, null, null, null, null, Forgotten: true);

    private async Task<Tensor[]?> GetTensorsAsync(RedisKey key, CancellationToken cancellationToken) =>
        Tensors(await store.GuardAsync(redis => redis.StringGetAsync(key), cancellationToken));

    private static Tensor[]? Tensors(RedisValue value)
    {
        if (value.IsNull)
        {
            return null;
        }

        ReadOnlyMemory<byte> memory = value;
        return TensorCodec.Read(ref memory);
    }
}
