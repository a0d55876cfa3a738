using QueueInference.Core.Rollouts;
using QueueInference.Worker.Batching;

namespace QueueInference.Worker.Rollouts;

/// <summary>Two versions that are being compared here.</summary>
/// <param name="Since">When their stage began.</param>
/// <param name="Base">The version before.</param>
/// <param name="Candidate">The version that may take its place.</param>
internal sealed record ShadowPair(long Since, ModelLane Base, ModelLane Candidate)
{
    /// <summary>What is measured.</summary>
    public RolloutTally Tally { get; } = new();

    /// <summary>Whether the candidate runs first the next time: who comes second finds the inputs in the cache.</summary>
    public bool IsCandidatesTurn { get; set; }
}
