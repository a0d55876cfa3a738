using QueueInference.Bench.Load;
using QueueInference.Bench.Models;
using QueueInference.Bench.Report;
using QueueInference.Bench.Services;

namespace QueueInference.Bench.Rows;

/// <summary>L: what the service adds to a run that takes no time, at 30 % of what it can take.</summary>
internal static class AddedLatency
{
    private const double Share = 0.3;

    public static async Task<Outcome> RunAsync(RowContext context)
    {
        var options = context.Options;
        using var models = new ModelFolder();
        var samples = BenchModels.Null.Samples(models.Add(BenchModels.Null), 16);
        await using var platform = await Platform.StartAsync(context.Servers, models);
        using var door = await HttpDoor.OpenAsync(platform.Api.Address, samples);
        Task<LoadResult> FullAsync() => ClosedLoop.WaitAsync(platform.Api.Address, samples, options.InFlightFull, options.Stretch);

        var (full, open) = (new List<LoadResult> { await FullAsync() }, new List<LoadResult>());
        for (var repeat = 0; repeat < options.Repeats; repeat++)
        {
            full.Add(await FullAsync());
            open.Add(await OpenLoop.RunAsync(door.AskAsync, Share * full[^1].PerSecond, options.Stretch, repeat));
        }

        var table = Describe(full[1..], open);
        table.Print();
        return Lateness.Judge(full, TimeSpan.Zero) ?? Lateness.Judge(open, TimeSpan.Zero) ?? new($"{Tail(open, 50).Median:0.00}/{Tail(open, 99).Median:0.00}");
    }

    private static Table Describe(List<LoadResult> full, List<LoadResult> open)
    {
        var table = new Table("null model, open loop at 30 % of N", $"median (min–max) of {open.Count}");
        table.Add("N, jobs/s", $"{new Series(full.Select(run => run.PerSecond))}");
        table.Add("p50, ms from the intended send", $"{Tail(open, 50)}");
        table.Add("p99, ms from the intended send", $"{Tail(open, 99)}");
        Lateness.Describe(table, open, TimeSpan.Zero);
        return table;
    }

    private static Series Tail(List<LoadResult> runs, double percent) => new(runs.Select(run => run.Latency.Percentile(percent)));
}
