using QueueInference.Chaos.History;

namespace QueueInference.Chaos.Checking;

/// <summary>Whether a process that lived through the faults holds more than it did at first. Pure.</summary>
internal static class Growth
{
    /// <summary>A tenth, and what comes and goes with the load.</summary>
    private const int MoreHandles = 32, MoreThreads = 24;

    /// <summary>Seconds.</summary>
    private const double Youth = 10;

    /// <summary>Bytes that may be there for good after ten minutes, in millions; asked only of a process that lived for longer than this.</summary>
    private const double MostMegabytes = 1, LongLife = 30 * 60;

    /// <summary>A sentence for each thing that a process holds too much of.</summary>
    /// <param name="samples">Of all processes, in order of time.</param>
    public static IEnumerable<string> Of(IEnumerable<HostSample> samples) => 
        samples.GroupBy(sample => (sample.Host, sample.Process)).Select(Grown).Where(life => life.Count > 1).SelectMany(Of);

    /// <summary>How resident memory grows once a third of the life is over, 10^6 bytes in ten minutes; null for a short life.</summary>
    public static double? Slope(IReadOnlyList<HostSample> life)
    {
        var (from, to) = (life[0].At, life[^1].At);
        return to - from < LongLife ? null : Rise([.. life.Where(sample => sample.At > from + ((to - from) / 3))]) * 600;
    }

    /// <summary>Without its youth, in which it opens what it needs.</summary>
    private static List<HostSample> Grown(IEnumerable<HostSample> life)
    {
        var all = life.ToList();
        return all.FindAll(sample => sample.At >= all[0].At + Youth);
    }

    private static IEnumerable<string> Of(IReadOnlyList<HostSample> life)
    {
        var (first, last) = (life[0], life[^1]);
        if (last.Handles > (first.Handles * 1.1) + MoreHandles)
        {
            yield return $"{first.Host} had {first.Handles} handles at first and has {last.Handles} at last.";
        }

        if (last.Threads > (first.Threads * 1.1) + MoreThreads)
        {
            yield return $"{first.Host} had {first.Threads} threads at first and has {last.Threads} at last.";
        }

        if (Slope(life) is { } slope && slope > MostMegabytes)
        {
            yield return $"{first.Host} grows by {slope:0.00} MB in ten minutes.";
        }
    }

    /// <summary>From the median of the first half to that of the second: a peak here and there counts for nothing.</summary>
    private static double Rise(IReadOnlyList<HostSample> samples)
    {
        var half = samples.Count / 2;
        return (Median(samples.Skip(half)) - Median(samples.Take(half))) / (samples[half].At - samples[0].At);
    }

    private static double Median(IEnumerable<HostSample> samples)
    {
        var sizes = samples.Select(sample => sample.Megabytes).Order().ToList();
        return sizes[sizes.Count / 2];
    }
}
