using System.Diagnostics;
using QueueInference.Contracts;
using QueueInference.Core.Hosting;
using QueueInference.Core.Jobs;
using QueueInference.Core.Messaging;
using QueueInference.Core.Models;
using QueueInference.Core.Telemetry;

namespace QueueInference.Worker.Jobs;

/// <summary>Takes broker messages: claims their jobs, checks them, and feeds the batch queues.</summary>
internal sealed class JobIntake(
    JobClaims claims, JobInputs inputs, IJobBus bus, HeldJobs held, JobFinisher finisher, JobReleaser releaser, Batching.ServedModels models, GoneVersions gone,
    WorkerIdentity worker, StoreRetry retry, TimeProvider time, ILogger<JobIntake> logger)
{
    /// <summary>How long a message is held while Redis is away, before the broker gets it back.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan GiveBackPause = TimeSpan.FromSeconds(1), LaterPause = TimeSpan.FromSeconds(2);

    private volatile bool _draining;

    /// <summary>From now on messages are given back unread.</summary>
    public void Drain() => _draining = true;

    /// <summary>Handles one message; returns when each of its jobs is terminal or another's.</summary>
    /// <exception cref="GiveBackException">At least one job was not run: the message must come again.</exception>
    public async Task HandleAsync(Delivery delivery)
    {
        if (_draining)
        {
            throw new GiveBackException("draining");
        }

        var (hold, isNew) = held.Hold(delivery.MessageId);
        if (isNew)
        {
            await TakeAsync(hold, delivery);
        }

        if (await hold.Settled)
        {
            await PauseAsync();
            throw new GiveBackException("released");
        }
    }

    /// <summary>Before a message goes back: one that cannot be taken would go round as fast as the broker can turn it.</summary>
    private Task PauseAsync() => _draining ? Task.CompletedTask : Task.Delay(GiveBackPause, time);

    private async Task TakeAsync(MessageHold hold, Delivery delivery)
    {
        try
        {
            var (jobs, traceParent) = JobGroupCodec.Decode(delivery.Body);
            using var activity = InferenceTelemetry.Activities.StartActivity("jobs.claim", ActivityKind.Consumer, traceParent);
            InferenceTelemetry.MessageJobs.Record(jobs.Count, new KeyValuePair<string, object?>("model", jobs is [var first, ..] ? first.Spec.Model : null));
            foreach (var partition in jobs.ByPartition(job => JobId.Trusted(job.Id)))
            {
                await ClaimAllAsync(hold, partition);
            }

            hold.Settle();
        }
        catch (GiveBackException)
        {
            hold.Settle(giveBack: true);
        }
        catch (InvalidDataException e)
        {
            Log.Unreadable(logger, e.Message);
            await ParkAsync(hold, delivery, e.Message);
        }
        catch (Exception e)
        {
            GiveBack(hold, e);
        }
        finally
        {
            _ = hold.Settled.ContinueWith(_ => held.Forget(hold), TaskScheduler.Default);
        }
    }

    private async Task ParkAsync(MessageHold hold, Delivery delivery, string reason)
    {
        try
        {
            await bus.ParkAsync(delivery, reason, CancellationToken.None);
            hold.Settle();
        }
        catch (Exception e)
        {
            GiveBack(hold, e);
        }
    }

    private void GiveBack(MessageHold hold, Exception cause)
    {
        Log.IntakeFailed(logger, cause);
        hold.Settle(giveBack: true);
    }

    /// <summary>What another worker still runs is waited for: were its message acknowledged, nothing would be left of the job if that worker died.</summary>
    private async Task ClaimAllAsync(MessageHold hold, IReadOnlyList<JobMessage> jobs)
    {
        while ((jobs = await ClaimAsync(hold, jobs)).Count > 0)
        {
            await Task.Delay(LaterPause, time);
            if (_draining)
            {
                throw new GiveBackException("draining");
            }
        }
    }

    /// <summary>Takes what can be taken; answers what must be claimed again.</summary>
    private async Task<IReadOnlyList<JobMessage>> ClaimAsync(MessageHold hold, IReadOnlyList<JobMessage> jobs)
    {
        var claimant = new Claimant(ShortId.New(), hold.MessageId, worker.Id);
        Failpoint.Hit(FailpointNames.BeforeClaim);
        var answers = await retry.RunAsync(() => claims.ClaimAsync(jobs, claimant, CancellationToken.None), Patience, CancellationToken.None);
        Failpoint.Hit(FailpointNames.AfterClaim);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        for (var i = 0; i < jobs.Count; i++)
        {
            if (answers[i].Outcome is ClaimOutcome.Take or ClaimOutcome.Suspect)
            {
                var job = new HeldJob(hold, jobs[i], claimant.Token, answers[i].Attempt, answers[i].Outcome == ClaimOutcome.Suspect, now);
                held.Add(job);
                await AcceptAsync(job);
            }
        }

        return [.. jobs.Where((_, i) => answers[i].Outcome == ClaimOutcome.Later)];
    }

    private async Task AcceptAsync(HeldJob job)
    {
        JobError? error;
        try
        {
            error = await PlaceAsync(job);
        }
        catch (Exception e) when (job.TryMove(HeldPhase.Waiting, HeldPhase.Gone))
        {
            Log.IntakeFailed(logger, e);
            held.Settle(job, giveBack: true);
            return;
        }

        if (error is not null && job.TryMove(HeldPhase.Waiting, HeldPhase.Started))
        {
            await finisher.FinishAsync([new FinishedJob(job, null, error, null)]);
        }
    }

    /// <summary>Queues a job, or answers why it cannot run. One whose version is served elsewhere goes back for others, with its message.</summary>
    private async Task<JobError?> PlaceAsync(HeldJob job)
    {
        if (models.Serves(job))
        {
            if (await inputs.LoadAsync(job) is { } fault)
            {
                return fault;
            }

            if (models.TryEnqueue(job, out var refusal))
            {
                return refusal;
            }
        }

        if (await IsGoneAsync(job.Spec))
        {
            return new JobError(JobErrorCodes.VersionGone, "No worker holds this version any longer.");
        }

        await releaser.ReleaseAsync([job]);
        return null;
    }

    private async Task<bool> IsGoneAsync(JobSpec spec) => spec.Version is { } version
        && await retry.RunAsync(() => gone.ContainsAsync(spec.Model, version, CancellationToken.None), Patience, CancellationToken.None);
}
