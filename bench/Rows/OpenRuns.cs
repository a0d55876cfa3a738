using QueueInference.Bench.Load;
using QueueInference.Bench.Models;
using QueueInference.Bench.Report;
using QueueInference.Bench.Services;

namespace QueueInference.Bench.Rows;

/// <summary>Stretches of an open loop against one service: latency, and what each process spends meanwhile.</summary>
/// <param name="name">For the table.</param>
/// <param name="api">Where jobs are submitted.</param>
/// <param name="samples">What is sent, and what must come back.</param>
/// <param name="processes">Whose CPU time is shown.</param>
internal sealed class OpenRuns(string name, Uri api, IReadOnlyList<Sample> samples, Dictionary<string, int[]> processes)
{
    private readonly List<LoadResult> _runs = [];
    private readonly List<Dictionary<string, double>> _used = [];

    public async Task MeasureAsync(double perSecond, TimeSpan length, int seed)
    {
        // Connections of their own for each stretch: a server closes those that idle meanwhile.
        using var door = await HttpDoor.OpenAsync(api, samples);
        var before = Cpu.Seconds(processes);
        var run = await OpenLoop.RunAsync(door.AskAsync, perSecond, length, seed);
        _used.Add(Cpu.Since(before, Cpu.Seconds(processes)).ToDictionary(group => group.Key, group => group.Value * 1e6 / run.Sent));
        _runs.Add(run);
    }

    /// <summary>Null when the generator kept its schedule and every answer was right.</summary>
    public Outcome? Judge() => Lateness.Judge(_runs, TimeSpan.Zero);

    /// <summary>The same for a figure that compares the ends of the tails.</summary>
    public Outcome? JudgeByTail() => Lateness.Judge(_runs, TimeSpan.FromMilliseconds(Tail(99).Median));

    /// <summary>A percentile of the latencies of each run, in ms from the intended send.</summary>
    public Series Tail(double percent) => new(_runs.Select(run => run.Latency.Percentile(percent)));

    /// <summary>The same ÷ that of another service's run of the same minute.</summary>
    public Series TailOver(OpenRuns other, double percent) =>
        new(_runs.Zip(other._runs, (mine, its) => mine.Latency.Percentile(percent) / its.Latency.Percentile(percent)));

    public static void Print(string title, params OpenRuns[] services)
    {
        var table = new Table([$"{title}, median (min–max) of {services[0]._runs.Count}", .. services.Select(service => service.Name)]);
        void Add(string what, Func<OpenRuns, Series> figures) => table.Add([what, .. services.Select(service => $"{figures(service)}")]);
        Add("p50, ms from the intended send", service => service.Tail(50));
        Add("p99, ms from the intended send", service => service.Tail(99));
        Add("sends late by 1 ms, %", service => new(service._runs.Select(run => 100 * run.Lateness.ShareAbove(1))));
        foreach (var process in services[0]._used[0].Keys)
        {
            Add($"CPU-µs per job, {process}", service => new(service._used.Select(one => one[process])));
        }

        table.Print();
    }

    private string Name => name;
}
