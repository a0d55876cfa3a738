using QueueInference.Bench.Load;
using QueueInference.Bench.Models;
using QueueInference.Bench.Report;
using QueueInference.Bench.Services;
using QueueInference.Bench.Twin;

namespace QueueInference.Bench.Rows;

/// <summary>L: what the service adds to a run that takes no time, at 30 % of what it can take; its twin beside it, at the same rate.</summary>
internal static class AddedLatency
{
    private const double Share = 0.3;

    public static async Task<Outcome> RunAsync(RowContext context)
    {
        var options = context.Options;
        using var models = new ModelFolder();
        var name = models.Add(BenchModels.Null);
        var samples = BenchModels.Null.Samples(name, 16);
        await using var platform = await Platform.StartAsync(context.Servers, models);
        await using var twin = await TwinPlatform.StartAsync(context.Servers, name, TwinModel.Identity);
        var ours = new OpenRuns("service", platform.Api.Address, samples, platform.Processes);
        var its = new OpenRuns("native twin", twin.Api.Address, samples, twin.Processes);
        var full = new List<LoadResult>();
        await WarmAsync(context, samples, twin.Api, twin.Processes);
        await WarmAsync(context, samples, platform.Api, platform.Processes);
        for (var repeat = 0; repeat < options.Repeats; repeat++)
        {
            full.Add(await FullAsync(context, samples, platform.Api.Address));
            foreach (var runs in (OpenRuns[])[ours, its])
            {
                await runs.MeasureAsync(Share * full[^1].PerSecond, options.Stretch, repeat);
                await context.Servers.SettleAsync();
            }
        }

        Console.WriteLine($"N in the same minutes: {new Series(full.Select(run => run.PerSecond))} jobs/s");
        OpenRuns.Print($"null model, open loop at {Share:P0} of N", ours, its);
        return Lateness.Judge(full, TimeSpan.Zero) ?? ours.Judge() ?? new($"{ours.Tail(50).Median:0.00}/{ours.Tail(99).Median:0.00}");
    }

    /// <summary>At the rate of the row too: small groups take other ways through the code than large ones.</summary>
    private static async Task WarmAsync(RowContext context, Sample[] samples, Host api, Dictionary<string, int[]> processes)
    {
        await WarmUp.RunAsync(time => ClosedLoop.WaitAsync(api.Address, samples, context.Options.InFlightFull, time), processes);
        var full = await FullAsync(context, samples, api.Address);
        using var door = await HttpDoor.OpenAsync(api.Address, samples);
        await WarmUp.RunAsync(time => OpenLoop.RunAsync(door.AskAsync, Share * full.PerSecond, time, seed: 0), processes);
    }

    private static async Task<LoadResult> FullAsync(RowContext context, Sample[] samples, Uri api)
    {
        var result = await ClosedLoop.WaitAsync(api, samples, context.Options.InFlightFull, context.Options.Stretch);
        await context.Servers.SettleAsync();
        return result;
    }
}
