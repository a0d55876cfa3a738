using Microsoft.Extensions.Options;
using QueueInference.Core.Jobs;
using QueueInference.Core.Store;

namespace QueueInference.Worker.Jobs;

/// <summary>Renews the leases of everything held, drops what was canceled or lost, and gives back what waited too long.</summary>
internal sealed class LeaseKeeper(
    JobClaims claims, HeldJobs held, JobReleaser releaser, IOptions<JobOptions> options, TimeProvider time, ILogger<LeaseKeeper> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Lease / 3, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await KeepAsync(stoppingToken);
        }
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        var patience = time.GetUtcNow().Subtract(options.Value.MaxClaimWait).ToUnixTimeMilliseconds();
        await releaser.ReleaseAsync(held.Jobs.Where(job => job.ClaimedAt < patience));
        // Side by side: a node of a Redis Cluster that is away must not keep the leases of the others from being renewed.
        await Task.WhenAll(held.Jobs.GroupBy(job => job.Lease.Id.Partition).Select(group => KeepAsync([.. group], cancellationToken)));
    }

    private async Task KeepAsync(HeldJob[] jobs, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var chunk in jobs.Chunk(64))
            {
                await RenewAsync(chunk, cancellationToken);
            }
        }
        catch (Exception e) when (e is StoreUnavailableException or StoreFullException)
        {
            Log.RenewFailed(logger, e);
        }
    }

    private async Task RenewAsync(HeldJob[] jobs, CancellationToken cancellationToken)
    {
        var outcomes = await claims.RenewAsync([.. jobs.Select(job => job.Lease)], cancellationToken);
        for (var i = 0; i < jobs.Length; i++)
        {
            // A job that runs is left to finish: its result is fenced.
            if (outcomes[i] != RenewOutcome.Ok && jobs[i].TryMove(HeldPhase.Waiting, HeldPhase.Gone))
            {
                Settle(jobs[i], outcomes[i]);
            }
        }
    }

    private void Settle(HeldJob job, RenewOutcome outcome)
    {
        if (outcome == RenewOutcome.Canceled)
        {
            held.Settle(job);
        }
        else
        {
            held.SettleLost(job);
        }
    }
}
