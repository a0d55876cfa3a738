using Microsoft.Extensions.Options;
using QueueInference.Core.Store;
using StackExchange.Redis;
using static QueueInference.Core.Jobs.JobSubmissions;

namespace QueueInference.Core.Jobs;

/// <summary>A job that a sweep ended or wants published again: <c>expired</c>, <c>enqueue-failed</c>, <c>lost-by-broker</c> or <c>republish</c>.</summary>
public readonly record struct SweptJob(JobId Id, string Verdict);

/// <summary>Looks at the jobs that are due: nothing is stuck for ever.</summary>
public sealed class JobSweeps(RedisStore store, IOptions<JobOptions> options, TimeProvider time)
{
    private const int PerCall = 128;
    private readonly JobOptions _options = options.Value;

    /// <summary>Sweeps at most 128 due jobs of a partition; several Apis may do so at once.</summary>
    /// <returns>What became of those that were stuck, and how many were looked at.</returns>
    public async Task<(IReadOnlyList<SweptJob> Swept, int Seen)> SweepAsync(string partition, CancellationToken cancellationToken)
    {
        var due = await DueAsync(partition, time.GetUtcNow().ToUnixTimeMilliseconds(), 0, cancellationToken);
        var swept = new List<SweptJob>();
        foreach (var group in due.GroupBy(job => job.Model))
        {
            JobId[] ids = [.. group.Select(job => job.Id)];
            var verdicts = await store.RunManyAsync("sweep",
                [JobKeys.Open(partition), JobKeys.Queued(partition, group.Key), JobKeys.Outbox(partition), JobKeys.Payloads(partition), JobKeys.Unconfirmed(partition),
                    .. ids.SelectMany(id => new[] { JobKeys.Job(id), JobKeys.Inputs(id) })],
                [Milliseconds(_options.Tombstone), JobKeys.Wake(partition), Milliseconds(_options.MaxQueueAge), Milliseconds(_options.LeaseGrace),
                    .. ids.Select(id => (RedisValue)id.Text)], cancellationToken);
            swept.AddRange(ids.Zip(verdicts, (id, verdict) => new SweptJob(id, verdict)).Where(job => job.Verdict != "none"));
        }

        return (swept, due.Count);
    }

    /// <summary>Unfinished jobs of a partition, by due time, from <paramref name="skip"/> on; for the restart of Standalone.</summary>
    public Task<IReadOnlyList<(JobId Id, string Model)>> OpenAsync(string partition, int skip, CancellationToken cancellationToken) =>
        DueAsync(partition, double.PositiveInfinity, skip, cancellationToken);

    /// <summary>Takes back what an earlier process had claimed; answers which jobs are to be published again.</summary>
    public async Task<JobId[]> VoidAsync(string model, IReadOnlyList<JobId> ids, CancellationToken cancellationToken)
    {
        var partition = ids[0].Partition;
        var answers = await store.RunManyAsync("void",
            [JobKeys.Open(partition), JobKeys.Queued(partition, model), JobKeys.Unconfirmed(partition), .. ids.Select(JobKeys.Job)],
            [Milliseconds(_options.MaxQueueAge), .. ids.Select(id => (RedisValue)id.Text)], cancellationToken);
        return [.. ids.Where((_, i) => answers[i] == "1")];
    }

    private Task<IReadOnlyList<(JobId Id, string Model)>> DueAsync(string partition, double until, int skip, CancellationToken cancellationToken) =>
        store.GuardAsync<IReadOnlyList<(JobId, string)>>(async redis =>
        {
            var ids = await redis.SortedSetRangeByScoreAsync(JobKeys.Open(partition), double.NegativeInfinity, until, skip: skip, take: PerCall);
            return await Task.WhenAll(ids.Select(async text =>
            {
                var id = JobId.Trusted(text!);
                return (id, (string?)await redis.HashGetAsync(JobKeys.Job(id), "model") ?? "");
            }));
        }, cancellationToken);
}
