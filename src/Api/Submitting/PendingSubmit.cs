using QueueInference.Api.Jobs;
using System.Diagnostics;
using QueueInference.Api.Problems;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Messaging;
using QueueInference.Core.Tensors;

namespace QueueInference.Api.Submitting;

/// <summary>What became of a submission: a job, or a problem.</summary>
/// <param name="Id">The job's id, where there is one.</param>
/// <param name="State">Its state.</param>
/// <param name="Replayed">An earlier submission with the same idempotency key had made it.</param>
/// <param name="Problem">Why it was refused.</param>
/// <param name="Spec">What was fixed about it.</param>
internal sealed record SubmitOutcome(JobId? Id, JobState State, bool Replayed, Problem? Problem, JobSpec? Spec = null)
{
    public static SubmitOutcome Refused(Problem problem) => new(null, default, false, problem);

    /// <summary>Its caller's place among those who wait for its end; null where it does not wait.</summary>
    public Waiting? Joined { get; init; }

    /// <summary>The job as it was when it was accepted, without another read.</summary>
    public JobRecord Record() => new(Id!.Value, JobState.Queued, Spec, 0, null, null, null, null, null, null, Forgotten: false);
}

/// <summary>A submission on its way through its group.</summary>
internal sealed class PendingSubmit(NewJob job, IReadOnlyList<Tensor> inputs, long arrivedAt)
{
    private readonly TaskCompletionSource<SubmitOutcome> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public NewJob Job => job;

    /// <summary>Timestamp of the arrival; the deadline counts from it.</summary>
    public long ArrivedAt => arrivedAt;

    /// <summary>W3C trace parent of the request; null where nothing is traced.</summary>
    public string? TraceParent { get; } = Activity.Current?.Id;

    /// <summary>Bytes it takes in a message.</summary>
    public int Size { get; } = JobGroupCodec.Estimate(new JobMessage(job.Id.Text, job.Spec, inputs));

    public Task<SubmitOutcome> Done => _done.Task;

    /// <summary>What is published of it: with its inputs, unless the store has them or knows where they are.</summary>
    public JobMessage Message(bool byReference) => new(job.Id.Text, job.Spec, byReference || AbsentData.PayloadOf(inputs) is not null ? null : inputs);

    public void Complete(SubmitOutcome outcome) => _done.TrySetResult(outcome);

    public void Refuse(Problem problem) => Complete(SubmitOutcome.Refused(problem));

    public void Accept(JobState state, bool replayed) => Complete(new SubmitOutcome(job.Id, state, replayed, null, job.Spec));
}
