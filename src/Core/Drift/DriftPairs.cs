namespace QueueInference.Core.Drift;

/// <summary>What a candidate and the version before it said to the same inputs: counts by feature and bin, in the bins of the version before.</summary>
/// <param name="Before">Of the version before.</param>
/// <param name="Candidate">Of the candidate.</param>
public sealed record DriftPairs(IReadOnlyDictionary<(DriftFeature Feature, int Bin), long> Before, IReadOnlyDictionary<(DriftFeature Feature, int Bin), long> Candidate)
{
    // Answers to the same inputs differ by chance much less than those to others.
    private const int Fewest = 100;

    /// <summary>Whether nothing was counted.</summary>
    public bool IsEmpty => Candidate.Count == 0;

    /// <summary>How far the candidate's outputs have gone from the version before's on the day before, at the worst; null where too little is known.</summary>
    /// <param name="before">The distributions of the version before.</param>
    /// <remarks>By how much its own answers to the same inputs have gone as well is not counted: that came with the inputs.</remarks>
    public double? Index(IReadOnlyDictionary<DriftFeature, DriftWindows> before) => Candidate.Keys.Select(count => count.Feature).Distinct().Max(feature =>
    {
        var (one, other) = (Of(Before, feature), Of(Candidate, feature));
        var reference = before.GetValueOrDefault(feature)?.Reference ?? one;
        return StabilityIndex.Of(reference, other, Fewest) is { } index ? Math.Max(0, index - (StabilityIndex.Of(reference, one, Fewest) ?? 0)) : StabilityIndex.Of(one, other, Fewest);
    });

    private static Dictionary<int, long> Of(IReadOnlyDictionary<(DriftFeature Feature, int Bin), long> counts, DriftFeature feature) =>
        counts.Where(count => count.Key.Feature == feature).ToDictionary(count => count.Key.Bin, count => count.Value);
}
