using QueueInference.Contracts;

namespace QueueInference.Core.Jobs;

/// <summary>A job about to be reserved.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Spec">What is fixed about it.</param>
/// <param name="Inputs">
/// Its tensors in <see cref="Tensors.TensorCodec"/> form where the store is to keep them, or the <see cref="Tensors.TensorManifest"/> of large ones; else empty.
/// </param>
public sealed record NewJob(JobId Id, JobSpec Spec, ReadOnlyMemory<byte> Inputs);

/// <summary>What <c>reserve</c> did with a job.</summary>
public enum ReserveOutcome
{
    /// <summary>Written: publish it.</summary>
    New,
    /// <summary>An earlier submit wrote it; see <see cref="ReserveAnswer.State"/>.</summary>
    Known,
    /// <summary>Refused: too many jobs wait for this model.</summary>
    QueueFull,
    /// <summary>Refused: the caller has too many unfinished jobs.</summary>
    TooMany,
    /// <summary>Refused: its upload was too long ago, and is deleted.</summary>
    PayloadGone,
}

/// <summary>The answer of <c>reserve</c> for one job.</summary>
public readonly record struct ReserveAnswer(ReserveOutcome Outcome, JobState State = JobState.Queued, bool Confirmed = false)
{
    internal static ReserveAnswer Parse(string text) => text.Split(' ') switch
    {
        ["new"] => new(ReserveOutcome.New),
        ["queue-full"] => new(ReserveOutcome.QueueFull),
        ["too-many"] => new(ReserveOutcome.TooMany),
        ["payload-gone"] => new(ReserveOutcome.PayloadGone),
        ["known", var state, var confirmed] when JobStates.TryParse(state, out var parsed) => new(ReserveOutcome.Known, parsed, confirmed == "1"),
        _ => throw new InvalidOperationException("reserve answered something unknown."),
    };
}
