using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using QueueInference.Contracts;
using QueueInference.Core.Gathering;
using QueueInference.Core.Hosting;
using QueueInference.Core.Jobs;
using QueueInference.Core.Store;
using QueueInference.Core.Telemetry;

namespace QueueInference.Worker.Jobs;

/// <summary>A job that has run, or never will.</summary>
/// <param name="Job">The job.</param>
/// <param name="Result">Its outputs, encoded; null when it failed.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="Run">How it ran.</param>
internal sealed record FinishedJob(HeldJob Job, byte[]? Result, JobError? Error, JobRun? Run)
{
    /// <summary>Its deadline passed before it could start.</summary>
    public bool Expired { get; init; }

    /// <summary>Ends when its end is written, or its message given back.</summary>
    public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Writes ends, and only then lets the messages be acknowledged.</summary>
internal sealed class JobFinisher(
    JobClaims claims, HeldJobs held, DrainRates rates, WorkerIdentity worker, StoreRetry retry, IOptions<JobOptions> options, TimeProvider time,
    ILogger<JobFinisher> logger)
{
    private const int MaxInFlight = 4, PerCall = 64, BytesPerCall = 4 << 20;

    private readonly ConcurrentDictionary<(string Model, string Partition), Gatherer<FinishedJob>> _gatherers = new();

    /// <summary>Writes the ends of jobs of one model; while Redis is away the results are held as long as the leases last, then the messages are given back.</summary>
    public Task FinishAsync(IReadOnlyList<FinishedJob> jobs)
    {
        foreach (var group in jobs.ByPartition(job => job.Job.Lease.Id))
        {
            var first = group[0].Job;
            _gatherers.GetOrAdd((first.Spec.Model, first.Lease.Id.Partition), _ => new(MaxInFlight, Share, WriteAsync)).Add([.. group]);
        }

        return Task.WhenAll(jobs.Select(job => job.Written.Task));
    }

    private static double Share(FinishedJob job) => Math.Max(1d / PerCall, (double)(job.Result?.Length ?? 0) / BytesPerCall);

    private async Task WriteAsync(IReadOnlyList<FinishedJob> jobs)
    {
        await SettleAsync(jobs);
        foreach (var job in jobs)
        {
            job.Written.SetResult();
        }
    }

    private async Task SettleAsync(IReadOnlyList<FinishedJob> jobs)
    {
        try
        {
            var outcomes = await retry.RunAsync(() => WriteOnceAsync(jobs), options.Value.Lease, CancellationToken.None);
            Failpoint.Hit(FailpointNames.AfterFinish);
            rates.Ended(jobs[0].Job.Spec.Model, jobs.Count, jobs.Min(job => job.Job.ClaimedAt));
            for (var i = 0; i < jobs.Count; i++)
            {
                Record(jobs[i], outcomes[i]);
                if (outcomes[i] == FinishOutcome.Ok)
                {
                    held.Settle(jobs[i].Job);
                }
                else
                {
                    held.SettleLost(jobs[i].Job);
                }
            }
        }
        catch (Exception e)
        {
            Log.FinishFailed(logger, e, jobs.Count);
            foreach (var job in jobs)
            {
                held.Settle(job.Job, giveBack: true);
            }
        }
    }

    private async Task<FinishOutcome[]> WriteOnceAsync(IReadOnlyList<FinishedJob> jobs)
    {
        JobEnd[] ends = [.. jobs.Select(job => new JobEnd(job.Job.Lease, job.Result, job.Error, job.Run) { Expired = job.Expired })];
        var outcomes = await claims.FinishAsync(jobs[0].Job.Spec.Model, ends, CancellationToken.None);
        if (Array.IndexOf(outcomes, FinishOutcome.Missing) < 0)
        {
            return outcomes;
        }

        // Redis lost records while the jobs ran: the message still has all that a record needs.
        foreach (var job in jobs.Where((_, i) => outcomes[i] == FinishOutcome.Missing))
        {
            var claimant = new Claimant(job.Job.Lease.Token, job.Job.Message.MessageId, worker.Id);
            await claims.ClaimAsync([job.Job.Job], claimant, CancellationToken.None);
        }

        return await claims.FinishAsync(jobs[0].Job.Spec.Model, ends, CancellationToken.None);
    }

    private void Record(FinishedJob job, FinishOutcome outcome)
    {
        if (outcome != FinishOutcome.Ok)
        {
            Log.Fenced(logger, job.Job.Lease.Id.Text);
            InferenceTelemetry.Fenced.Add(1, new KeyValuePair<string, object?>("model", job.Job.Spec.Model));
            return;
        }

        InferenceTelemetry.Finished.Add(1, new("model", job.Job.Spec.Model), new("state", job.Expired ? "expired" : job.Error is null ? "succeeded" : "failed"), new("code", job.Error?.Code));
        InferenceTelemetry.JobDuration.Record((time.GetUtcNow().ToUnixTimeMilliseconds() - job.Job.Spec.CreatedAt) / 1000d,
            new KeyValuePair<string, object?>("model", job.Job.Spec.Model));
    }
}
