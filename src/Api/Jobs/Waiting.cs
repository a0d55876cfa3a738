using QueueInference.Contracts;
using QueueInference.Core.Jobs;

namespace QueueInference.Api.Jobs;

/// <summary>A job as it was read.</summary>
/// <param name="Record">The record.</param>
/// <param name="Outputs">Its outputs, where they were read with it.</param>
internal sealed record EndedJob(JobRecord Record, Tensor[]? Outputs);

/// <summary>Those who wait for one job. Its task ends with the job when it is heard to be terminal, or with null: read again.</summary>
/// <param name="id">The job.</param>
/// <param name="reads">Whether the job is to be read for them.</param>
/// <param name="seenAt">When it was asked for, in <see cref="TimeProvider"/> ticks.</param>
internal sealed class Waiting(JobId id, bool reads, long seenAt) : TaskCompletionSource<EndedJob?>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public JobId Id => id;
    public bool Reads => reads;

    /// <summary>When it was looked at last.</summary>
    public long SeenAt { get; set; } = seenAt;
}
