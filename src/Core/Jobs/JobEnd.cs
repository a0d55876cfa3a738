using QueueInference.Contracts;

namespace QueueInference.Core.Jobs;

/// <summary>How a claimed job ends.</summary>
/// <param name="Lease">The job and the token of its claim.</param>
/// <param name="Result">Tensors in <see cref="Tensors.TensorCodec"/> form, or the <see cref="Tensors.TensorManifest"/> of large ones; null for a failed job.</param>
/// <param name="Error">Why it failed; null for a succeeded one.</param>
/// <param name="Run">How it ran; null where it never did.</param>
public sealed record JobEnd(Lease Lease, byte[]? Result, JobError? Error, JobRun? Run)
{
    /// <summary>Its deadline passed before the worker that had claimed it could start it.</summary>
    public bool Expired { get; init; }

    /// <summary>The state it ends in.</summary>
    public JobState State => Expired ? JobState.Expired : Error is null ? JobState.Succeeded : JobState.Failed;
}
