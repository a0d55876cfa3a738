using Microsoft.Extensions.Options;
using QueueInference.Contracts;
using QueueInference.Core.Store;
using QueueInference.Core.Tensors;
using StackExchange.Redis;
using static QueueInference.Core.Jobs.JobSubmissions;

namespace QueueInference.Core.Jobs;

/// <summary>The worker's half of the job store: claim, start, renew, release, finish. Each call is for jobs of one partition.</summary>
public sealed class JobClaims(RedisStore store, IOptions<JobOptions> options)
{
    /// <summary>Less than any patience of a broker with who does not acknowledge: RabbitMQ has a minute at least.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(45);

    private readonly JobOptions _options = options.Value;

    /// <summary>Takes the jobs of one message; records that Redis lost are rebuilt from it.</summary>
    public async Task<ClaimAnswer[]> ClaimAsync(IReadOnlyList<JobMessage> jobs, Claimant claimant, CancellationToken cancellationToken)
    {
        var answers = await ClaimAsync(jobs, claimant, rebuild: false, cancellationToken);
        return answers.Any(answer => answer.Outcome == ClaimOutcome.Missing)
            ? await ClaimAsync(jobs, claimant, rebuild: true, cancellationToken)
            : answers;
    }

    private async Task<ClaimAnswer[]> ClaimAsync(
        IReadOnlyList<JobMessage> jobs, Claimant claimant, bool rebuild, CancellationToken cancellationToken)
    {
        var (partition, model) = (JobId.Trusted(jobs[0].Id).Partition, jobs[0].Spec.Model);
        var keys = new List<RedisKey>(5 + (2 * jobs.Count))
        {
            JobKeys.Open(partition), JobKeys.Queued(partition, model), JobKeys.Outbox(partition), JobKeys.Payloads(partition),
            JobKeys.Unconfirmed(partition),
        };
        var args = new List<RedisValue>(11 + ((rebuild ? 6 : 1) * jobs.Count))
        {
            claimant.Token, claimant.MessageId, claimant.Worker, Milliseconds(_options.Lease), Milliseconds(_options.LeaseGrace),
            Milliseconds(_options.MaxQueueAge), Milliseconds(_options.Tombstone), JobKeys.Wake(partition), model, rebuild ? "1" : "0", Milliseconds(Long),
        };
        foreach (var job in jobs)
        {
            var id = JobId.Trusted(job.Id);
            keys.Add(JobKeys.Job(id));
            keys.Add(JobKeys.Inputs(id));
            args.Add(job.Id);
            if (rebuild)
            {
                args.AddRange(JobTerms.All(job.Spec, kept: false));
            }
        }

        var answers = await store.RunManyAsync("claim", [.. keys], [.. args], cancellationToken);
        return Array.ConvertAll(answers, ClaimAnswer.Parse);
    }

    /// <summary>Charges attempt number <paramref name="attempt"/> just before the job runs alone; false when it is no longer ours.</summary>
    public async Task<bool> StartAsync(Lease lease, int attempt, CancellationToken cancellationToken)
    {
        var answers = await store.RunManyAsync("start", [JobKeys.Open(lease.Id.Partition), JobKeys.Job(lease.Id)],
            [Milliseconds(_options.Lease), Milliseconds(_options.LeaseGrace), lease.Id.Text, lease.Token, attempt], cancellationToken);
        return answers is ["ok"];
    }

    /// <summary>Extends leases.</summary>
    public async Task<RenewOutcome[]> RenewAsync(IReadOnlyList<Lease> leases, CancellationToken cancellationToken)
    {
        var answers = await store.RunManyAsync("renew",
            [JobKeys.Open(leases[0].Id.Partition), .. leases.Select(lease => JobKeys.Job(lease.Id))],
            [Milliseconds(_options.Lease), Milliseconds(_options.LeaseGrace), .. leases.SelectMany(Pair)], cancellationToken);
        return Array.ConvertAll(answers, answer => answer switch
        {
            "ok" => RenewOutcome.Ok,
            "canceled" => RenewOutcome.Canceled,
            _ => RenewOutcome.Lost,
        });
    }

    /// <summary>Gives jobs of one model back unrun; false where the job was no longer ours.</summary>
    public async Task<bool[]> ReleaseAsync(string model, IReadOnlyList<Lease> leases, CancellationToken cancellationToken)
    {
        var partition = leases[0].Id.Partition;
        var answers = await store.RunManyAsync("release",
            [JobKeys.Open(partition), JobKeys.Queued(partition, model), .. leases.Select(lease => JobKeys.Job(lease.Id))],
            [Milliseconds(_options.MaxQueueAge), .. leases.SelectMany(Pair)], cancellationToken);
        return Array.ConvertAll(answers, answer => answer == "ok");
    }

    /// <summary>Writes the ends of jobs of one model.</summary>
    public async Task<FinishOutcome[]> FinishAsync(string model, IReadOnlyList<JobEnd> ends, CancellationToken cancellationToken)
    {
        var partition = ends[0].Lease.Id.Partition;
        var keys = new RedisKey[4 + (3 * ends.Count)];
        (keys[0], keys[1], keys[2], keys[3]) = (JobKeys.Open(partition), JobKeys.Queued(partition, model), JobKeys.Outbox(partition), JobKeys.Payloads(partition));
        var args = new RedisValue[2 + (8 * ends.Count)];
        (args[0], args[1]) = (Milliseconds(_options.Tombstone), JobKeys.Wake(partition));
        for (var i = 0; i < ends.Count; i++)
        {
            var id = ends[i].Lease.Id;
            (keys[4 + (3 * i)], keys[5 + (3 * i)], keys[6 + (3 * i)]) = (JobKeys.Job(id), JobKeys.Inputs(id), JobKeys.Result(id));
            Fill(args.AsSpan(2 + (8 * i)), ends[i]);
        }

        var answers = await store.RunManyAsync("finish", keys, args, cancellationToken);
        return Array.ConvertAll(answers, answer => answer switch
        {
            "ok" => FinishOutcome.Ok,
            "missing" => FinishOutcome.Missing,
            _ => FinishOutcome.Fenced,
        });
    }

    private static void Fill(Span<RedisValue> args, JobEnd end)
    {
        (args[0], args[1], args[2], args[3]) = (end.Lease.Id.Text, end.Lease.Token, end.State.Name(), end.Result ?? []);
        (args[4], args[5], args[6]) = (JobRecord.Field(end.Error), JobRecord.Field(end.Run), end.Run?.Sha256 ?? "");
        args[7] = TensorManifest.PayloadOf(end.Result);
    }

    private static RedisValue[] Pair(Lease lease) => [lease.Id.Text, lease.Token];
}
