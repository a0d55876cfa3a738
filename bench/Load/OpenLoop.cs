using System.Collections.Concurrent;

namespace QueueInference.Bench.Load;

/// <summary>Poisson arrivals from a schedule that is fixed before it starts; latency counts from the intended send.</summary>
internal static class OpenLoop
{
    /// <summary>Enough idle connections that a send never waits to open one.</summary>
    private const int Spare = 512;

    /// <summary>Sends at a rate, from a thread of its own, and waits for every answer.</summary>
    public static async Task<LoadResult> RunAsync(Uri address, IReadOnlyList<Sample> samples, double perSecond, TimeSpan length, int seed)
    {
        var idle = new ConcurrentBag<Connection>(await Task.WhenAll(Enumerable.Range(0, Spare).Select(_ => Connection.OpenAsync(address))));
        var schedule = Schedule(perSecond, length, seed);
        var tally = new Tally(length);
        var open = await Task.Factory.StartNew(() => Send(address, samples, schedule, tally, idle), TaskCreationOptions.LongRunning);
        await Task.WhenAll(open);
        foreach (var connection in idle)
        {
            connection.Dispose();
        }

        return tally.Result;
    }

    private static List<Task> Send(Uri address, IReadOnlyList<Sample> samples, List<TimeSpan> schedule, Tally tally, ConcurrentBag<Connection> idle)
    {
        var open = new List<Task>(schedule.Count);
        foreach (var (intended, index) in schedule.Select((time, index) => (time, index)))
        {
            Precise.Sleep(intended - tally.Now);
            tally.Sent(tally.Now - intended);
            open.Add(AskAsync(address, samples[index % samples.Count], intended, tally, idle));
        }

        return open;
    }

    private static async Task AskAsync(Uri address, Sample sample, TimeSpan intended, Tally tally, ConcurrentBag<Connection> idle)
    {
        var connection = idle.TryTake(out var spare) ? spare : await Connection.OpenAsync(address);
        var (status, body) = await connection.AskAsync(sample.Waiting);
        tally.End(intended, Answer.Fault(status, body.Span, sample.Expected));
        idle.Add(connection);
    }

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
