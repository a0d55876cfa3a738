namespace QueueInference.Core.Drift;

/// <summary>The population stability index: how far one distribution is from another. Pure.</summary>
public static class StabilityIndex
{
    /// <summary>Fewer samples than this say nothing.</summary>
    public const int FewestSamples = 200;

    // A bin that one side does not have would make it infinite.
    private const double Half = 0.5;

    /// <summary>The sum over the bins of (share − share before) × ln(share ÷ share before), less what chance alone gives for so few samples; null where there are too few.</summary>
    /// <param name="before">Counts by bin.</param>
    /// <param name="now">Counts by bin.</param>
    /// <param name="fewest">Samples below which nothing is said.</param>
    /// <returns>By custom, below 0.1 is stable, and above 0.25 has changed.</returns>
    public static double? Of(IReadOnlyDictionary<int, long> before, IReadOnlyDictionary<int, long> now, int fewest = FewestSamples)
    {
        var (most, more) = ((double)before.Values.Sum(), (double)now.Values.Sum());
        if (most < fewest || more < fewest)
        {
            return null;
        }

        var bins = before.Keys.Union(now.Keys).ToList();
        double Share(IReadOnlyDictionary<int, long> counts, int bin, double all) => (counts.GetValueOrDefault(bin) + Half) / (all + (Half * bins.Count));
        var index = bins.Sum(bin =>
        {
            var (one, other) = (Share(before, bin, most), Share(now, bin, more));
            return (other - one) * Math.Log(other / one);
        });
        return Math.Max(0, index - ((bins.Count - 1) * ((1 / most) + (1 / more))));
    }
}
