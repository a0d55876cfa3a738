using QueueInference.Bench.Load;
using QueueInference.Bench.Models;
using QueueInference.Bench.Report;
using QueueInference.Bench.Services;
using QueueInference.Bench.Simulated;

namespace QueueInference.Bench.Rows;

/// <summary>T: the 99th percentile of latency, over the run time of the best batch, at 80 % of what the device can do.</summary>
internal static class TailRatio
{
    private const double Share = 0.8;
    private static readonly Accelerator Device = new(40, 2);

    public static async Task<Outcome> RunAsync(RowContext context)
    {
        using var models = new ModelFolder();
        var samples = SimulatedModel.Samples(models.Add(SimulatedModel.Model), 64);
        await using var platform = await Platform.StartAsync(context.Servers, models, new WorkerSetup { Accelerator = Device });
        using var door = await HttpDoor.OpenAsync(platform.Api.Address, samples);
        await WarmUp.RunAsync(time => OpenLoop.RunAsync(door.AskAsync, Share * Device.Capacity, time, seed: 0), platform.Processes);
        var runs = new List<LoadResult>();
        for (var repeat = 1; repeat <= context.Options.Repeats; repeat++)
        {
            runs.Add(await OpenAsync(context, door, repeat));
        }

        Print(runs);
        return Lateness.Judge(runs, Device.Best) ?? Outcome.Of(new Series(runs.Select(Ratio)).Median);
    }

    private static Task<LoadResult> OpenAsync(RowContext context, HttpDoor door, int seed) =>
        OpenLoop.RunAsync(door.AskAsync, Share * Device.Capacity, context.Options.Stretch, seed);

    private static double Ratio(LoadResult run) => run.Latency.Percentile(99) / Device.Best.TotalMilliseconds;

    private static void Print(List<LoadResult> runs)
    {
        var table = new Table($"{Device}", $"median (min–max) of {runs.Count}");
        table.Add("run time of a batch of 32, ms", Series.Text(Device.Best.TotalMilliseconds));
        table.Add("rate, jobs/s", $"{Series.Text(Share * Device.Capacity)} of {Series.Text(Device.Capacity)}");
        table.Add("p50, ms from the intended send", $"{new Series(runs.Select(run => run.Latency.Median))}");
        table.Add("p99, ms from the intended send", $"{new Series(runs.Select(run => run.Latency.Percentile(99)))}");
        table.Add("ratio", $"{new Series(runs.Select(Ratio))}");
        Lateness.Describe(table, runs, Device.Best);
        table.Print();
    }
}
