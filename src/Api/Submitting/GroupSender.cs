using Microsoft.Extensions.Options;
using QueueInference.Api.Hosting;
using QueueInference.Api.Problems;
using QueueInference.Core.Hosting;
using QueueInference.Core.Jobs;
using QueueInference.Core.Messaging;
using QueueInference.Core.Store;

namespace QueueInference.Api.Submitting;

/// <summary>Takes a group of submissions through reserve, publish and confirm. The order matters: nothing that was told 202 may ever look unconfirmed.</summary>
internal sealed class GroupSender(
    JobSubmissions store, IJobBus bus, BrokerGate gate, SubmitGate submits, QueueRefusals refusals, IOptions<ApiOptions> options, TimeProvider time, ILogger<GroupSender> logger)
{
    /// <summary>Every submission of the group is completed when this returns; it never throws.</summary>
    public async Task SendAsync(IReadOnlyList<PendingSubmit> group)
    {
        try
        {
            await RefuseOrSendAsync(group);
        }
        catch (Exception e)
        {
            Log.GroupFailed(logger, e, group.Count);
            RefuseAll(group, submit => SubmitProblems.Unconfirmed(submit.Job.Id));
        }

        submits.Answered(group.Count, Age(group));
    }

    private async Task RefuseOrSendAsync(IReadOnlyList<PendingSubmit> group)
    {
        if (!gate.IsOpen)
        {
            RefuseAll(group, _ => SubmitProblems.BrokerUnavailable);
            return;
        }

        using var deadline = Deadline(group);
        var reserved = await ReserveAsync(group, deadline.Token);
        if (reserved.Count > 0 && await PublishAsync(reserved, deadline.Token))
        {
            await ConfirmAsync(reserved, deadline.Token);
        }
    }

    /// <summary>Writes the records; answers which jobs are to be published.</summary>
    private async Task<List<PendingSubmit>> ReserveAsync(IReadOnlyList<PendingSubmit> group, CancellationToken cancellationToken)
    {
        try
        {
            Failpoint.Hit(FailpointNames.BeforeReserve);
            var answers = await store.ReserveAsync([.. group.Select(submit => submit.Job)], cancellationToken);
            Failpoint.Hit(FailpointNames.AfterReserve);
            return [.. group.Where((submit, i) => IsToBePublished(submit, answers[i]))];
        }
        catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
        {
            return RefuseAll(group, _ => SubmitProblems.StoreUnavailable);
        }
        catch (StoreFullException)
        {
            return RefuseAll(group, _ => SubmitProblems.StoreFull);
        }
    }

    private bool IsToBePublished(PendingSubmit submit, ReserveAnswer answer)
    {
        switch (answer)
        {
            case { Outcome: ReserveOutcome.New } or { Outcome: ReserveOutcome.Known, Confirmed: false, State: Contracts.JobState.Queued }:
                return true;
            case { Outcome: ReserveOutcome.Known }:
                submit.Accept(answer.State, replayed: true);
                return false;
            default:
                submit.Refuse(refusals.Of(answer.Outcome, submit.Job.Spec.Model));
                return false;
        }
    }

    private async Task<bool> PublishAsync(List<PendingSubmit> group, CancellationToken cancellationToken)
    {
        try
        {
            // A bus that forgets leaves the inputs in the store and carries ids alone.
            var body = JobGroupCodec.Encode([.. group.Select(submit => submit.Message(byReference: !bus.Redelivers))], group[0].TraceParent);
            await bus.PublishAsync(QueueNames.Of(group[0].Job.Spec), body, cancellationToken);
            Failpoint.Hit(FailpointNames.AfterPublish);
            return true;
        }
        catch (BrokerUnavailableException e)
        {
            Log.PublishFailed(logger, e.InnerException?.GetType().Name ?? "", group.Count);
            gate.Close();
            RefuseAll(group, submit => SubmitProblems.Unconfirmed(submit.Job.Id));
            return false;
        }
    }

    private async Task ConfirmAsync(List<PendingSubmit> group, CancellationToken cancellationToken)
    {
        try
        {
            var states = await store.ConfirmAsync([.. group.Select(submit => submit.Job)], cancellationToken);
            Failpoint.Hit(FailpointNames.AfterConfirm);
            for (var i = 0; i < group.Count; i++)
            {
                group[i].Accept(states[i] ?? Contracts.JobState.Queued, replayed: false);
            }
        }
        catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
        {
            RefuseAll(group, submit => SubmitProblems.Unconfirmed(submit.Job.Id));
        }
    }

    private static List<PendingSubmit> RefuseAll(IReadOnlyList<PendingSubmit> group, Func<PendingSubmit, Problem> why)
    {
        foreach (var submit in group)
        {
            submit.Refuse(why(submit));
        }

        return [];
    }

    private TimeSpan Age(IReadOnlyList<PendingSubmit> group) => time.GetElapsedTime(group.Min(submit => submit.ArrivedAt));

    /// <summary>Counts from the arrival of the oldest, so that waiting for a slot is part of it.</summary>
    private CancellationTokenSource Deadline(IReadOnlyList<PendingSubmit> group)
    {
        var left = options.Value.SubmitTimeout - Age(group);
        return new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
    }
}
