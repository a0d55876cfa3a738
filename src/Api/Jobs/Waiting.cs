using QueueInference.Contracts;
using QueueInference.Core.Jobs;

namespace QueueInference.Api.Jobs;

/// <summary>A job as it was read.</summary>
/// <param name="Record">The record.</param>
/// <param name="Outputs">Its outputs, where they were read with it.</param>
internal sealed record EndedJob(JobRecord Record, Tensor[]? Outputs);

/// <summary>Those who wait for one job. Its task ends with the job when it is heard to be terminal, or with null: read again.</summary>
/// <param name="id">The job.</param>
/// <param name="seenAt">When the first one came, in <see cref="TimeProvider"/> ticks.</param>
internal sealed class Waiting(JobId id, long seenAt) : TaskCompletionSource<EndedJob?>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    private readonly Lock _lock = new();
    private int _callers;
    private bool _left;

    public JobId Id => id;

    /// <summary>Whether somebody wants the job read for them.</summary>
    public bool Reads { get; private set; }

    /// <summary>When it was looked at last.</summary>
    public long SeenAt { get; set; } = seenAt;

    /// <summary>One more; false when all have left already.</summary>
    public bool TryJoin(bool reads)
    {
        lock (_lock)
        {
            if (!_left)
            {
                _callers++;
                Reads |= reads;
            }

            return !_left;
        }
    }

    /// <summary>One fewer; true for the last one.</summary>
    public bool Leave()
    {
        lock (_lock)
        {
            return _left = --_callers == 0;
        }
    }
}
