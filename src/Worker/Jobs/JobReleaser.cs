using QueueInference.Core.Hosting;
using QueueInference.Core.Jobs;
using QueueInference.Core.Store;

namespace QueueInference.Worker.Jobs;

/// <summary>Gives jobs back that have not started: at a drain, or when they waited too long here.</summary>
internal sealed class JobReleaser(JobClaims claims, HeldJobs held, StoreRetry retry, ILogger<JobReleaser> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Releases those of the jobs that still wait.</summary>
    public async Task ReleaseAsync(IEnumerable<HeldJob> jobs)
    {
        var waiting = jobs.Where(job => job.TryMove(HeldPhase.Waiting, HeldPhase.Gone));
        foreach (var group in waiting.GroupBy(job => (job.Spec.Model, job.Lease.Id.Partition)).SelectMany(group => group.Chunk(64)))
        {
            await ReleaseAsync(group);
        }
    }

    private async Task ReleaseAsync(HeldJob[] jobs)
    {
        try
        {
            Lease[] leases = [.. jobs.Select(job => job.Lease)];
            Failpoint.Hit(FailpointNames.BeforeRelease);
            await retry.RunAsync(() => claims.ReleaseAsync(jobs[0].Spec.Model, leases, CancellationToken.None), Patience, CancellationToken.None);
            Failpoint.Hit(FailpointNames.AfterRelease);
            Log.Released(logger, jobs.Length);
        }
        catch (Exception e) when (e is StoreUnavailableException or StoreFullException)
        {
            // The leases run out by themselves; the message goes back all the same.
            Log.ReleaseFailed(logger, e, jobs.Length);
        }

        foreach (var job in jobs)
        {
            held.Settle(job, giveBack: true);
        }
    }
}
