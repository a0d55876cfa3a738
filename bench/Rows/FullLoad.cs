using QueueInference.Bench.Load;
using QueueInference.Bench.Models;
using QueueInference.Bench.Report;
using QueueInference.Bench.Services;
using QueueInference.Bench.Twin;

namespace QueueInference.Bench.Rows;

/// <summary>One way of sending jobs and reading their results, for a stretch of time.</summary>
internal delegate Task<LoadResult> SendJobs(Uri api, IReadOnlyList<Sample> samples, int inFlight, TimeSpan length);

/// <summary>o, N and tax: what a job costs, and how many there are a second, when its run costs next to nothing.</summary>
internal static class FullLoad
{
    /// <summary>The service alone.</summary>
    /// <param name="context">Options and servers.</param>
    /// <param name="send">How jobs are sent and read.</param>
    /// <param name="value">The figures of each stretch that the row is about.</param>
    public static async Task<Outcome> ServiceAsync(RowContext context, SendJobs send, Func<JobCost, IEnumerable<double>> value)
    {
        using var models = new ModelFolder();
        var samples = BenchModels.Null.Samples(models.Add(BenchModels.Null), 16);
        await using var platform = await Platform.StartAsync(context.Servers, models);
        var service = Cost("service", context, send, samples, context.Options.InFlightFull, platform.Api, platform.Processes);
        await MeasureAsync(context.Options, platform, service);
        return service.Fault ?? Judge(value(service));
    }

    /// <summary>The service and its twin in turns: CPU time per job over the twin's.</summary>
    /// <param name="context">Options and servers.</param>
    /// <param name="send">How jobs are sent and read.</param>
    /// <param name="model">What runs; of the null model the twin just gives back the input.</param>
    /// <param name="inFlight">Jobs under way.</param>
    public static async Task<Outcome> BesideTwinAsync(RowContext context, SendJobs send, BenchModel model, int inFlight)
    {
        using var models = new ModelFolder();
        var name = models.Add(model);
        var samples = model.Samples(name, 16);
        await using var platform = await Platform.StartAsync(context.Servers, models);
        await using var native = await TwinPlatform.StartAsync(context.Servers, name, model.Name == BenchModels.Null.Name ? TwinModel.Identity : model.Path);
        var service = Cost("service", context, send, samples, inFlight, platform.Api, platform.Processes);
        var twin = Cost("native twin", context, send, samples, inFlight, native.Api, native.Processes);
        await MeasureAsync(context.Options, platform, service, twin);
        return service.Fault ?? twin.Fault ?? Judge(service.Micros.Zip(twin.Micros, (ours, its) => ours / its));
    }

    private static JobCost Cost(string name, RowContext context, SendJobs send, Sample[] samples, int inFlight, Host api, Dictionary<string, int[]> processes) =>
        new(name, () => send(api.Address, samples, context.Options.InFlightFull, context.Options.Stretch), processes, context.Servers.SettleAsync);

    private static async Task MeasureAsync(BenchOptions options, Platform platform, params JobCost[] costs)
    {
        foreach (var cost in costs)
        {
            await cost.WarmAsync();
        }

        var before = await MessagesAsync(platform);
        for (var repeat = 0; repeat < options.Repeats; repeat++)
        {
            foreach (var cost in costs)
            {
                await cost.MeasureAsync();
            }
        }

        var after = await MessagesAsync(platform);
        JobCost.Print(costs);
        Print(after.Messages - before.Messages, after.Jobs - before.Jobs);
    }

    private static void Print(double messages, double jobs) => Console.WriteLine(
        $"Every answer was checked. The service's jobs: {jobs:N0} in {messages:N0} broker messages, {jobs / messages:0.0} in each.");

    private static async Task<(double Messages, double Jobs)> MessagesAsync(Platform platform)
    {
        await Task.Delay(Platform.MetricsAge);
        return (await platform.MetricAsync("qi_message_jobs_count"), await platform.MetricAsync("qi_message_jobs_sum"));
    }

    private static Outcome Judge(IEnumerable<double> figures)
    {
        var series = new Series(figures);
        Console.WriteLine($"Value: {series}");
        return new(Series.Text(series.Median));
    }
}
