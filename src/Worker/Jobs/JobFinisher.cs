using Microsoft.Extensions.Options;
using QueueInference.Contracts;
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
}

/// <summary>Writes ends, and only then lets the messages be acknowledged.</summary>
internal sealed class JobFinisher(
    JobClaims claims, HeldJobs held, WorkerIdentity worker, StoreRetry retry, IOptions<JobOptions> options, TimeProvider time, ILogger<JobFinisher> logger)
{
    private const int PerCall = 64;

    /// <summary>Writes the ends; while Redis is away the results are held as long as the leases last, then the messages are given back.</summary>
    public async Task FinishAsync(IReadOnlyList<FinishedJob> jobs)
    {
        var calls = jobs.GroupBy(job => (job.Job.Spec.Model, job.Job.Lease.Id.Partition)).SelectMany(group => group.Chunk(PerCall));
        await Task.WhenAll(calls.Select(WriteAsync));
    }

    private async Task WriteAsync(FinishedJob[] jobs)
    {
        try
        {
            var outcomes = await retry.RunAsync(() => WriteOnceAsync(jobs), options.Value.Lease, CancellationToken.None);
            for (var i = 0; i < jobs.Length; i++)
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
            Log.FinishFailed(logger, e, jobs.Length);
            foreach (var job in jobs)
            {
                held.Settle(job.Job, giveBack: true);
            }
        }
    }

    private async Task<FinishOutcome[]> WriteOnceAsync(FinishedJob[] jobs)
    {
        var ends = Array.ConvertAll(jobs, job => new JobEnd(job.Job.Lease, job.Result, job.Error, job.Run) { Expired = job.Expired });
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
