using System.Text.Json;
using QueueInference.Bench.Load;
using QueueInference.Bench.Models;
using QueueInference.Bench.Report;
using QueueInference.Bench.Services;

namespace QueueInference.Bench.Rows;

/// <summary>shadow: what callers feel of a candidate that runs on copies of their jobs, at 80 % load.</summary>
internal static class ShadowCost
{
    private const double Share = 0.8;

    /// <summary>It stays in shadow for as long as the row takes.</summary>
    private const string Settings = """{"rollout":{"shadow_jobs":1000000,"max_latency_ratio":1000}}""";

    public static async Task<Outcome> RunAsync(RowContext context)
    {
        var (options, model) = (context.Options, BenchModels.BertSmall);
        using var models = new ModelFolder();
        var (alone, compared) = (models.Add(model), models.Add(model, Settings));
        using var cores = new Cores(context.Servers);
        await using var platform = await Platform.StartAsync(context.Servers, models, new WorkerSetup { Apart = true, Environment = { ["Worker__PollInterval"] = "00:00:00.2" } });
        var plain = new OpenRuns("one version", platform.Api.Address, model.Samples(alone, 16), platform.Processes);
        var shadowed = new OpenRuns("a candidate beside it", platform.Api.Address, model.Samples(compared, 16), platform.Processes);
        foreach (var name in (string[])[alone, compared])
        {
            await WarmUp.RunAsync(time => ClosedLoop.WaitAsync(platform.Api.Address, model.Samples(name, 16), options.InFlight, time), platform.Processes);
        }

        models.AddVersion(model, compared, 2);
        await Wait.UntilAsync(async () => await StageAsync(platform, compared) is ("shadow", _), TimeSpan.FromSeconds(60), "the candidate to be compared");
        var before = (await StageAsync(platform, compared)).Jobs;
        for (var repeat = 0; repeat < options.Repeats; repeat++)
        {
            var rate = Share * (await FullAsync(context, model.Samples(alone, 16), platform.Api.Address)).PerSecond;
            await plain.MeasureAsync(rate, options.Stretch, repeat);
            await shadowed.MeasureAsync(rate, options.Stretch, repeat);
        }

        var (stage, jobs) = await StageAsync(platform, compared);
        OpenRuns.Print($"{model.Name}, open loop at {Share:P0} of the full rate", plain, shadowed);
        Console.WriteLine($"p99 with a candidate ÷ without: {shadowed.TailOver(plain, 99)}; {jobs - before:0} jobs compared meanwhile");
        return plain.JudgeByTail() ?? shadowed.JudgeByTail()
            ?? (stage == "shadow" && jobs > before ? new($"{shadowed.TailOver(plain, 99).Median:0.00}") : Outcome.Void("Nothing was compared."));
    }

    private static async Task<(string? Stage, double Jobs)> StageAsync(Platform platform, string name)
    {
        using var document = JsonDocument.Parse(await platform.Api.Http.GetStringAsync($"/v1/models/{name}"));
        return document.RootElement.GetProperty("rollout") is { ValueKind: JsonValueKind.Object } rollout
            ? (rollout.GetProperty("stage").GetString(), rollout.GetProperty("numbers") is { ValueKind: JsonValueKind.Object } numbers ? numbers.GetProperty("jobs").GetDouble() : 0)
            : (null, 0);
    }

    private static Task<LoadResult> FullAsync(RowContext context, Sample[] samples, Uri api) =>
        ClosedLoop.WaitAsync(api, samples, context.Options.InFlight, context.Options.Stretch);
}
