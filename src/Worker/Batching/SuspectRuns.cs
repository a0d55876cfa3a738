using QueueInference.Core.Hosting;
using QueueInference.Worker.Jobs;

namespace QueueInference.Worker.Batching;

/// <summary>Runs of jobs that may have ended a worker.</summary>
/// <param name="services">What every lane shares.</param>
/// <param name="drop">No more rows of a job are run.</param>
internal sealed class SuspectRuns(LaneServices services, Action<HeldJob> drop)
{
    /// <summary>Runs a batch; a suspect with no other beside it in this process, whatever model and device: the next one is not charged before the end of this one is written.</summary>
    public void RunAlone(List<BatchPart> parts, Func<List<BatchPart>, Task> run)
    {
        if (parts is not [{ Job.Alone: true }, ..])
        {
            run(parts);
            return;
        }

        lock (services.Alone)
        {
            run(parts).Wait(LaneServices.EndPatience);
        }
    }

    /// <summary>A suspect is charged just before it runs, so that only the culprit of a crash is ever charged for it.</summary>
    public bool MayRun(HeldJob job)
    {
        if (!job.NeedsStart)
        {
            return true;
        }

        var ours = services.Retry.RunAsync(() => services.Claims.StartAsync(job.Lease, job.Attempt + 1, CancellationToken.None), LaneServices.StartPatience,
            CancellationToken.None).GetAwaiter().GetResult();
        Failpoint.Hit(FailpointNames.AfterStart);
        (job.Attempt, job.NeedsStart) = (job.Attempt + 1, false);
        if (!ours)
        {
            drop(job);
            services.Held.SettleLost(job);
        }

        return ours;
    }
}
