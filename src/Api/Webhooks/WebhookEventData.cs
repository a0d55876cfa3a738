using QueueInference.Contracts;

namespace QueueInference.Api.Webhooks;

/// <summary>What a terminal event says about its job.</summary>
/// <param name="JobId">The job's id.</param>
/// <param name="Spec">What was fixed at submission.</param>
/// <param name="State">The terminal state.</param>
/// <param name="Version">The version that ran; null when none did.</param>
/// <param name="Attempt">Runs the job took; 0 when it never ran.</param>
/// <param name="FinishedAtMs">Unix milliseconds of the terminal state.</param>
/// <param name="Error">Why it failed, if it did.</param>
internal sealed record WebhookEventData(
    string JobId, JobSpec Spec, JobState State, int? Version, int Attempt, long FinishedAtMs, JobError? Error);
