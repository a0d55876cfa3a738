using Microsoft.Extensions.Options;
using QueueInference.Contracts;
using QueueInference.Core.Store;
using QueueInference.Core.Tensors;
using StackExchange.Redis;

namespace QueueInference.Core.Jobs;

/// <summary>The Api's half of the job store: reserve, confirm, cancel, forget, and idempotency keys.</summary>
public sealed class JobSubmissions(RedisStore store, IOptions<JobOptions> options)
{
    private readonly JobOptions _options = options.Value;

    /// <summary>Writes 1..64 jobs of one model and partition as queued, before they are published.</summary>
    public async Task<ReserveAnswer[]> ReserveAsync(IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken)
    {
        var (partition, model) = (jobs[0].Id.Partition, jobs[0].Spec.Model);
        var keys = new List<RedisKey> { JobKeys.Open(partition), JobKeys.Queued(partition, model), JobKeys.Payloads(partition), JobKeys.Unconfirmed(partition) };
        var args = new List<RedisValue>
        {
            Share(_options.MaxQueuedPerModel), Share(_options.MaxOpen), Milliseconds(_options.ConfirmWindow), Milliseconds(_options.Tombstone), model,
        };
        foreach (var job in jobs)
        {
            keys.AddRange([JobKeys.Job(job.Id), JobKeys.Inputs(job.Id), JobKeys.List(partition, job.Spec.Tenant)]);
            args.AddRange([job.Id.Text, .. JobTerms.All(job.Spec, kept: !job.Inputs.IsEmpty), job.Inputs, TensorManifest.PayloadOf(job.Inputs)]);
        }

        var answers = await store.RunManyAsync("reserve", [.. keys], [.. args], cancellationToken);
        return Array.ConvertAll(answers, ReserveAnswer.Parse);
    }

    /// <summary>Marks jobs of one partition as confirmed by the broker; answers their states, null where the record is gone.</summary>
    public async Task<JobState?[]> ConfirmAsync(IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken)
    {
        var partition = jobs[0].Id.Partition;
        var answers = await store.RunManyAsync("confirm",
            [JobKeys.Open(partition), JobKeys.Unconfirmed(partition), .. jobs.Select(job => JobKeys.Job(job.Id))],
            [.. jobs.SelectMany(job => new RedisValue[] { job.Id.Text, QueuedDue(job.Spec) })], cancellationToken);
        return Array.ConvertAll(answers, state => JobStates.TryParse(state, out var parsed) ? parsed : (JobState?)null);
    }

    /// <summary>Cancels a job; null when there is no record, false when it has ended already.</summary>
    public async Task<bool?> CancelAsync(JobId id, string model, CancellationToken cancellationToken)
    {
        var answer = await store.RunAsync("cancel",
            [JobKeys.Open(id.Partition), JobKeys.Queued(id.Partition, model), JobKeys.Outbox(id.Partition), JobKeys.Payloads(id.Partition),
                JobKeys.Unconfirmed(id.Partition), JobKeys.Job(id), JobKeys.Inputs(id)],
            [id.Text, Milliseconds(_options.Tombstone), JobKeys.Wake(id.Partition), Guid.NewGuid().ToString("N")], cancellationToken);
        return (string?)answer switch { "canceled" => true, "finished" => false, _ => null };
    }

    /// <summary>Forgets a terminal job; null when there is no record, false while it has not ended.</summary>
    public async Task<bool?> ForgetAsync(JobId id, string tenant, CancellationToken cancellationToken)
    {
        var answer = await store.RunAsync("forget",
            [JobKeys.Job(id), JobKeys.Result(id), JobKeys.List(id.Partition, tenant), JobKeys.Outbox(id.Partition), JobKeys.Payloads(id.Partition)], [id.Text], cancellationToken);
        return (string?)answer switch { "forgotten" => true, "open" => false, _ => null };
    }

    /// <summary>Binds an idempotency key to a job, unless it is bound; answers the first job's id and fingerprint.</summary>
    /// <remarks>For the maximum queue age: a repeat must not make a job that is too old to run.</remarks>
    public async Task<(JobId Id, string Fingerprint)> BindKeyAsync(
        string tenant, string key, JobId id, string fingerprint, CancellationToken cancellationToken)
    {
        var answer = (string)(await store.RunAsync("idempotency", [JobKeys.Idempotency(tenant, key)],
            [id.Text, fingerprint, Milliseconds(_options.MaxQueueAge)], cancellationToken))!;
        var parts = answer.Split(' ', 2);
        return (JobId.Trusted(parts[0]), parts[1]);
    }

    internal static long Milliseconds(TimeSpan span) => (long)span.TotalMilliseconds;

    /// <summary>A partition's share of a limit: new jobs go to all of them in turn.</summary>
    private int Share(int limit) => (limit + _options.Partitions - 1) / _options.Partitions;

    /// <summary>When a queued job must be looked at, in Unix ms: its deadline or its greatest age.</summary>
    private long QueuedDue(JobSpec spec) => Math.Min(spec.Deadline ?? long.MaxValue, spec.CreatedAt + Milliseconds(_options.MaxQueueAge));
}
