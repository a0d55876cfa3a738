using QueueInference.Bench.Load;
using QueueInference.Bench.Models;
using QueueInference.Bench.Report;
using QueueInference.Bench.Services;

namespace QueueInference.Bench.Rows;

/// <summary>pad: how much of the work is padding when texts of 16 to 256 words share batches. Answers must not change by it.</summary>
internal static class Padding
{
    private const string Settings = """{"batching":{"sequence_axis":"sequence","sequence_buckets":[32,64,96,128,160,192,224,256]}}""";

    public static async Task<Outcome> RunAsync(RowContext context)
    {
        using var models = new ModelFolder();
        var samples = BenchModels.BertTiny.Samples(models.Add(BenchModels.BertTiny, Settings), 256);
        try
        {
            await using var platform = await Platform.StartAsync(context.Servers, models);
            return await MeasureAsync(context, platform, samples);
        }
        catch (TimeoutException e)
        {
            return Outcome.NotRun($"This worker does not take the model.json {Settings}. {e.Message.Split('\n')[0]}");
        }
    }

    private static async Task<Outcome> MeasureAsync(RowContext context, Platform platform, Sample[] samples)
    {
        List<LoadResult> runs = [];
        var waste = new List<double>();
        for (var repeat = 0; repeat < context.Options.Repeats; repeat++)
        {
            var (real, padding) = await ElementsAsync(platform);
            runs.Add(await ClosedLoop.WaitAsync(platform.Api.Address, samples, context.Options.InFlight, context.Options.Stretch));
            var (realNow, paddingNow) = await ElementsAsync(platform);
            waste.Add(1 + (paddingNow - padding) / (realNow - real));
        }

        var table = new Table("lengths 16–256, even", $"median (min–max) of {runs.Count}");
        table.Add("jobs/s", $"{new Series(runs.Select(run => run.PerSecond))}");
        table.Add("(real + padding) ÷ real elements", $"{new Series(waste)}");
        table.Print();
        return Lateness.Judge(runs, TimeSpan.Zero)
            ?? (waste.TrueForAll(double.IsFinite) ? Outcome.Of(new Series(waste).Median) : Outcome.NotRun("This worker does not count qi.batch.elements."));
    }

    private static async Task<(double Real, double Padding)> ElementsAsync(Platform platform)
    {
        await Task.Delay(Platform.MetricsAge);
        return (await platform.MetricAsync("qi_batch_elements", "kind=\"real\""), await platform.MetricAsync("qi_batch_elements", "kind=\"padding\""));
    }
}
