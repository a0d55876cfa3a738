namespace QueueInference.Bench.Load;

/// <summary>Poisson arrivals from a schedule that is fixed before it starts; latency counts from the intended send.</summary>
internal static class OpenLoop
{
    /// <summary>Sends at a rate, from a thread of its own, and waits for every answer.</summary>
    public static async Task<LoadResult> RunAsync(Ask ask, double perSecond, TimeSpan length, int seed)
    {
        var schedule = Schedule(perSecond, length, seed);
        var tally = new Tally(length);
        await Task.WhenAll(await Task.Factory.StartNew(() => Send(ask, schedule, tally), TaskCreationOptions.LongRunning));
        return tally.Result;
    }

    private static List<Task> Send(Ask ask, List<TimeSpan> schedule, Tally tally)
    {
        Precise.Prefer();
        var open = new List<Task>(schedule.Count);
        foreach (var intended in schedule)
        {
            Precise.Sleep(intended - tally.Now);
            tally.Sent(tally.Now - intended);
            open.Add(AskAsync(ask, open.Count, intended, tally));
        }

        return open;
    }

    private static async Task AskAsync(Ask ask, int number, TimeSpan intended, Tally tally) => tally.End(intended, await ask(number));

    private static List<TimeSpan> Schedule(double perSecond, TimeSpan length, int seed)
    {
        var (random, times) = (new Random(seed), new List<TimeSpan>());
        for (var at = 0.0; at < length.TotalSeconds; at -= Math.Log(1 - random.NextDouble()) / perSecond)
        {
            times.Add(TimeSpan.FromSeconds(at));
        }

        return times;
    }
}
