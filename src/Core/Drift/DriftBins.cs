namespace QueueInference.Core.Drift;

/// <summary>Cuts numbers into bins that the first of them fill evenly. Pure.</summary>
public static class DriftBins
{
    /// <summary>Bins of labels: more labels share them.</summary>
    public const int Labels = 32;

    private const int Quantiles = 10;

    /// <summary>The upper edges of all bins but the last: deciles of a sample, each once. NaN has the last bin.</summary>
    public static double[] Edges(IReadOnlyCollection<double> sample)
    {
        var sorted = sample.Where(double.IsFinite).Order().ToArray();
        return sorted.Length == 0 ? [] : [.. Enumerable.Range(1, Quantiles - 1).Select(i => sorted[(sorted.Length - 1) * i / Quantiles]).Distinct()];
    }

    /// <summary>The bin of a number: the first whose upper edge is not less.</summary>
    public static int Of(double value, double[] edges)
    {
        if (double.IsNaN(value))
        {
            return edges.Length + 1;
        }

        var found = Array.BinarySearch(edges, value);
        return found >= 0 ? found : ~found;
    }

    /// <summary>The bin of a label.</summary>
    public static int Of(int label) => label % Labels;
}
