using QueueInference.Bench.Load;
using QueueInference.Bench.Models;
using QueueInference.Bench.Report;
using QueueInference.Bench.Services;

namespace QueueInference.Bench.Rows;

/// <summary>low: one job at a time must not wait for others that do not come.</summary>
internal static class LowLoad
{
    public static async Task<Outcome> RunAsync(RowContext context)
    {
        using var models = new ModelFolder();
        var auto = BenchModels.Null.Samples(models.Add(BenchModels.Null), 16);
        var single = BenchModels.Null.Samples(models.Add(BenchModels.Null, """{"batching":{"max_batch_size":1}}"""), 16);
        await using var platform = await Platform.StartAsync(context.Servers, models);
        Task<LoadResult> LoadAsync(Sample[] samples) => ClosedLoop.WaitAsync(platform.Api.Address, samples, 1, context.Options.Stretch);

        List<LoadResult> autos = [], singles = [];
        await LoadAsync(auto);
        for (var repeat = 0; repeat < context.Options.Repeats; repeat++)
        {
            autos.Add(await LoadAsync(auto));
            singles.Add(await LoadAsync(single));
        }

        return Lateness.Judge([.. autos, .. singles], TimeSpan.Zero) ?? Print(autos, singles);
    }

    private static Outcome Print(List<LoadResult> autos, List<LoadResult> singles)
    {
        var table = new Table("one job at a time", $"p50 in ms, median (min–max) of {autos.Count}", "p99 in ms");
        table.Add("max_batch_size auto", $"{Medians(autos)}", $"{new Series(autos.Select(run => run.Latency.Percentile(99)))}");
        table.Add("max_batch_size 1", $"{Medians(singles)}", $"{new Series(singles.Select(run => run.Latency.Percentile(99)))}");
        table.Print();
        var more = new Series(autos.Zip(singles, (auto, single) => auto.Latency.Median - single.Latency.Median)).Median;
        return new Outcome($"{more:+0.000;-0.000}ms|{more / Medians(singles).Median:+0.0%;-0.0%}");
    }

    private static Series Medians(List<LoadResult> runs) => new(runs.Select(run => run.Latency.Median));
}
