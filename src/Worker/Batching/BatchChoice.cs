namespace QueueInference.Worker.Batching;

/// <summary>Chooses a batch size by measured times. Pure; the times ascend by rows.</summary>
internal static class BatchChoice
{
    /// <summary>Runs after which a size is judged.</summary>
    public const int EnoughSamples = 3;

    private const double LongEnough = 100;

    // Small batches are ready sooner, and noise is about as large.
    private const double NearlyBest = 0.97, ClearlyLess = 0.95;

    /// <summary>The smallest size whose throughput is nearly the best; null where nothing was measured often enough.</summary>
    public static int? Best(IReadOnlyList<BatchTime> times)
    {
        var judged = times.Where(IsJudged).ToList();
        var best = judged.Select(Throughput).DefaultIfEmpty().Max();
        return judged.Find(time => Throughput(time) >= NearlyBest * best)?.Rows;
    }

    /// <summary>The size to measure next; null where larger ones promise nothing or there are none.</summary>
    /// <param name="sizes">Those that may be run, ascending.</param>
    /// <param name="times">What was measured so far.</param>
    public static int? Next(IEnumerable<int> sizes, IReadOnlyList<BatchTime> times)
    {
        var judged = times.Where(IsJudged).ToList();
        // Sizes that were passed over stay so: jobs of three rows never make a batch of two.
        var largest = judged.Count > 0 ? judged[^1].Rows : 0;
        return Falls(judged) ? null : sizes.Where(size => size > largest).Select(size => (int?)size).FirstOrDefault();
    }

    /// <summary>Whether the two largest sizes are both clearly slower, row for row, than the best. One alone may be an accident.</summary>
    public static bool Falls(IReadOnlyList<BatchTime> times) =>
        times.Count > 2 && times.Max(Throughput) is var best && times.TakeLast(2).All(time => Throughput(time) < ClearlyLess * best);

    // A long run has its noise averaged within itself.
    private static bool IsJudged(BatchTime time) => time.Samples >= EnoughSamples || time.Samples * time.Milliseconds >= LongEnough;

    // A clock may be too coarse to see a run at all.
    private static double Throughput(BatchTime time) => time.Rows / Math.Max(time.Milliseconds, 1e-6);
}
