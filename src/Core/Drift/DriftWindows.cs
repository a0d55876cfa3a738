namespace QueueInference.Core.Drift;

/// <summary>The distributions of one feature.</summary>
/// <param name="Edges">Upper edges of the bins of numbers; empty for labels.</param>
/// <param name="First">Counts by bin in the first hours of the version.</param>
/// <param name="Now">In this hour and the one before.</param>
/// <param name="Yesterday">On the day before, by UTC.</param>
public sealed record DriftWindows(double[] Edges, IReadOnlyDictionary<int, long> First, IReadOnlyDictionary<int, long> Now, IReadOnlyDictionary<int, long> Yesterday)
{
    /// <summary>How far it has gone since the first hours; null where too little is known.</summary>
    public double? SinceFirst => StabilityIndex.Of(First, Now);

    /// <summary>How far it has gone since the day before.</summary>
    public double? SinceYesterday => StabilityIndex.Of(Yesterday, Now);

    /// <summary>What it is to be compared with: the day before, or where there is too little of that, the first hours.</summary>
    public IReadOnlyDictionary<int, long> Reference => Yesterday.Values.Sum() >= StabilityIndex.FewestSamples ? Yesterday : First;

    /// <summary>How far the outputs of a candidate are from those of the version before it, at the worst; null where too little is known.</summary>
    /// <param name="base">Of the version before.</param>
    /// <param name="candidate">Of the candidate.</param>
    /// <remarks>What has changed for the version before as well has come with the inputs, and says nothing against the candidate.</remarks>
    public static double? Between(IReadOnlyDictionary<DriftFeature, DriftWindows> @base, IReadOnlyDictionary<DriftFeature, DriftWindows> candidate) =>
        @base.Where(feature => !feature.Key.IsInput && candidate.TryGetValue(feature.Key, out var other) && other.Edges.AsSpan().SequenceEqual(feature.Value.Edges))
            .Max(feature => StabilityIndex.Of(feature.Value.Reference, candidate[feature.Key].Now) is { } index
                ? Math.Max(0, index - (StabilityIndex.Of(feature.Value.Reference, feature.Value.Now) ?? 0)) : (double?)null);
}
