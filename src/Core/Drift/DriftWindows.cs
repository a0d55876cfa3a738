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

    /// <summary>What others are to be compared with: the day before, or where there is too little of that, the first hours.</summary>
    public IReadOnlyDictionary<int, long> Reference => Yesterday.Values.Sum() >= StabilityIndex.FewestSamples ? Yesterday : First;
}
