using QueueInference.Bench.Report;

namespace QueueInference.Bench.Load;

/// <summary>Whether a generator kept its schedule; where it did not, latency means nothing.</summary>
internal static class Lateness
{
    private const double MostLate = 0.01;

    /// <summary>Late is 1 ms, or 2 % of the time that the figure is compared with.</summary>
    public static double Limit(TimeSpan compared) => Math.Max(1, 0.02 * compared.TotalMilliseconds);

    /// <summary>Null when the runs are good.</summary>
    public static Outcome? Judge(IReadOnlyList<LoadResult> runs, TimeSpan compared)
    {
        if (runs.FirstOrDefault(run => run.Wrong > 0) is { } wrong)
        {
            return Outcome.Void($"{wrong.Wrong} of {wrong.Sent} answers were wrong. {wrong.Fault}");
        }

        var late = runs.Max(run => run.Lateness.ShareAbove(Limit(compared)));
        return late <= MostLate ? null : Outcome.Void($"The generator missed its schedule: {late:P1} of its sends were more than {Limit(compared):0.0} ms late.");
    }

    public static void Describe(Table table, IReadOnlyList<LoadResult> runs, TimeSpan compared)
    {
        table.Add("median lateness of sends, ms", $"{new Series(runs.Select(run => run.Lateness.Median))}");
        table.Add($"sends late by {Limit(compared):0.0} ms, %", $"{new Series(runs.Select(run => 100 * run.Lateness.ShareAbove(Limit(compared))))}");
    }
}
