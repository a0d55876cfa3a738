using System.Diagnostics;
using System.Text.Json;
using QueueInference.Bench.Load;
using QueueInference.Bench.Models;
using QueueInference.Bench.Report;
using QueueInference.Bench.Services;

namespace QueueInference.Bench.Rows;

/// <summary>swap: what callers feel of a version that takes the place of another at 60 % load, and how soon a rollback is in force.</summary>
internal static class Swap
{
    private const double Share = 0.6;
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(1), Look = TimeSpan.FromMilliseconds(100);

    public static async Task<Outcome> RunAsync(RowContext context)
    {
        // Its runs take long, beside which the sending of jobs takes little of the cores.
        var (options, model) = (context.Options, BenchModels.BertSmall);
        using var models = new ModelFolder();
        var name = models.Add(model, WithTwoVersions(model.Settings));
        var samples = model.Samples(name, 16);
        using var cores = new Cores(context.Servers);
        await using var platform = await Platform.StartAsync(context.Servers, models, new WorkerSetup { Apart = true, Environment = { ["Worker__PollInterval"] = "00:00:00.2" } });
        var steady = new OpenRuns("one version", platform.Api.Address, samples, platform.Processes);
        var swap = new OpenRuns("another comes", platform.Api.Address, samples, platform.Processes);
        List<double> swapped = [], back = [];
        await WarmUp.RunAsync(time => ClosedLoop.WaitAsync(platform.Api.Address, samples, options.InFlight, time), platform.Processes);
        await RehearseAsync(platform, name);
        for (var version = 2; version < 2 + options.Repeats; version++)
        {
            var rate = Share * (await FullAsync(context, samples, platform.Api.Address)).PerSecond;
            await steady.MeasureAsync(rate, options.Stretch, version);
            var coming = ComeAsync(platform, models, model, name, version);
            await swap.MeasureAsync(rate, options.Stretch, version);
            swapped.Add(await coming);
            back.Add(await RollBackAsync(platform, name, version));
        }

        OpenRuns.Print($"{model.Name}, open loop at {Share:P0} of the full rate", steady, swap);
        Console.WriteLine($"p99 ÷ p99 before: {swap.TailOver(steady, 99)}");
        Console.WriteLine($"Seconds from the folder to the first batch: {new Series(swapped)}; from the call to the rollback: {new Series(back)}");
        return steady.JudgeByTail() ?? swap.JudgeByTail() ?? Judge(swapped, options.Stretch)
            ?? new($"{swap.TailOver(steady, 99).Median:0.00}/{new Series(back).Median:0.00}");
    }

    private static string WithTwoVersions(string? settings)
    {
        var json = System.Text.Json.Nodes.JsonNode.Parse(settings ?? "{}")!;
        json["versions"] = new System.Text.Json.Nodes.JsonObject { ["count"] = 2 };
        return json.ToJsonString();
    }

    /// <summary>Compiles what asks for versions: else that takes a third of a second of the generator's core in the first stretch, and sends are late.</summary>
    private static async Task RehearseAsync(Platform platform, string name)
    {
        for (var time = 0; time < 50; time++)
        {
            await UntilDefaultAsync(platform, name, 1);
        }
    }

    private static async Task<double> ComeAsync(Platform platform, ModelFolder models, BenchModel model, string name, int version)
    {
        await Task.Delay(Before);
        models.AddVersion(model, name, version);
        return await UntilDefaultAsync(platform, name, version);
    }

    /// <summary>To the version before, and then to the highest again.</summary>
    private static async Task<double> RollBackAsync(Platform platform, string name, int version)
    {
        var path = $"/v1/admin/models/{name}/default";
        using var put = await platform.Api.Http.PutAsync($"{path}?version={version - 1}", null);
        put.EnsureSuccessStatusCode();
        var seconds = await UntilDefaultAsync(platform, name, version - 1);
        using var delete = await platform.Api.Http.DeleteAsync(path);
        await UntilDefaultAsync(platform, name, version);
        return seconds;
    }

    /// <summary>Seconds until the worker says that jobs which name no version run on this one.</summary>
    private static async Task<double> UntilDefaultAsync(Platform platform, string name, int version)
    {
        var watch = Stopwatch.StartNew();
        await Wait.UntilAsync(async () =>
        {
            // Each question costs the Api, the store and the generator something, in the moments that are measured.
            await Task.Delay(Look);
            using var document = JsonDocument.Parse(await platform.Api.Http.GetStringAsync($"/v1/models/{name}"));
            return document.RootElement.GetProperty("versions").EnumerateArray()
                .Any(one => one.GetProperty("default").GetBoolean() && one.GetProperty("version").GetString() == $"{version}");
        }, TimeSpan.FromSeconds(60), $"version {version} to run the jobs");
        return watch.Elapsed.TotalSeconds;
    }

    private static Outcome? Judge(List<double> swapped, TimeSpan stretch) => swapped.Max() + Before.TotalSeconds < stretch.TotalSeconds
        ? null
        : Outcome.Void($"A version came after its stretch had ended: {new Series(swapped)} s. Take longer stretches: --seconds.");

    private static Task<LoadResult> FullAsync(RowContext context, Sample[] samples, Uri api) =>
        ClosedLoop.WaitAsync(api, samples, context.Options.InFlight, context.Options.Stretch);
}
