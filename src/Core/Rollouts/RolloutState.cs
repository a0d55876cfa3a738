using System.Text.Json.Serialization;

namespace QueueInference.Core.Rollouts;

/// <summary>How far a candidate has come.</summary>
public enum RolloutStage
{
    /// <summary>There is no candidate.</summary>
    Serving,
    /// <summary>It runs copies of jobs, and nobody sees its answers.</summary>
    Shadow,
    /// <summary>It runs a share of the jobs that name no version.</summary>
    Canary,
    /// <summary>It was worse. It runs nothing.</summary>
    Rejected,
}

/// <summary>Where the versions of a model stand, for all workers.</summary>
/// <param name="Stage">How far the candidate has come.</param>
/// <param name="Version">The version that runs jobs which name none.</param>
/// <param name="Candidate">The version that may take its place.</param>
/// <param name="Sha256">Of the candidate: other files are another candidate.</param>
/// <param name="Percent">Its share of the jobs.</param>
/// <param name="Since">When this stage began, Unix milliseconds.</param>
/// <param name="Reason">Why it was rejected, as a sentence.</param>
public sealed record RolloutState(RolloutStage Stage, int Version, int? Candidate = null, string? Sha256 = null, int Percent = 0, long Since = 0, string? Reason = null)
{
    /// <summary>Whether the candidate is being compared.</summary>
    [JsonIgnore]
    public bool IsUnderWay => Stage is RolloutStage.Shadow or RolloutStage.Canary;

    /// <summary>What was rejected so far, by version; null for nothing.</summary>
    public IReadOnlyDictionary<int, RolloutRejection>? Rejections { get; init; }

    /// <summary>Why these files were rejected; null where they were not.</summary>
    public string? Rejection(int version, string sha256) =>
        Rejections?.GetValueOrDefault(version) is { } rejection && rejection.Sha256 == sha256 ? $"It was rejected: {rejection.Reason}" : null;

    /// <summary>The same after the candidate was rejected.</summary>
    public RolloutState Reject(string reason, long now) => this with
    {
        Stage = RolloutStage.Rejected, Percent = 0, Since = now, Reason = reason,
        Rejections = new SortedDictionary<int, RolloutRejection>((Rejections ?? new Dictionary<int, RolloutRejection>()).ToDictionary()) { [Candidate!.Value] = new(Sha256!, reason) },
    };

    /// <summary>Whether another reading of the store says the same of who runs what.</summary>
    public bool IsLike(RolloutState? other) =>
        other is not null && (Stage, Version, Candidate, Sha256, Percent, Since) == (other.Stage, other.Version, other.Candidate, other.Sha256, other.Percent, other.Since);
}

/// <summary>A version that was worse.</summary>
/// <param name="Sha256">Of its files: others may be tried.</param>
/// <param name="Reason">Why, as a sentence.</param>
public sealed record RolloutRejection(string Sha256, string Reason);
