using System.Text.Json;
using QueueInference.Bench.Models;
using QueueInference.Bench.Raw;
using QueueInference.Bench.Report;
using QueueInference.Bench.Services;

namespace QueueInference.Bench.Rows;

/// <summary>auto: what the batch size that the worker chose is worth in a raw loop, beside the best of all.</summary>
internal static class AutoBatch
{
    private const int Threads = 1;
    private static readonly TimeSpan Trial = TimeSpan.FromSeconds(0.5);
    private static readonly int[] Sizes = [1, 2, 4, 8, 16, 32, 64];

    public static async Task<Outcome> RunAsync(RowContext context)
    {
        var table = new Table("model", "chosen", "best", "items/s at the chosen", "items/s at the best", "ratio");
        var worst = 1.0;
        foreach (var model in new[] { BenchModels.Mlp, BenchModels.TextDirection, BenchModels.ResNet50(64) }.OfType<BenchModel>())
        {
            var chosen = await ChosenAsync(context, model);
            worst = Math.Min(worst, Compare(context, model, chosen, table));
        }

        table.Print();
        return Outcome.Of(worst);
    }

    private static async Task<int> ChosenAsync(RowContext context, BenchModel model)
    {
        using var models = new ModelFolder();
        var name = models.Add(model);
        // The threads of a run are another choice; here both sides have the same, and no barriers that neighbours disturb.
        await using var platform = await Platform.StartAsync(context.Servers, models,
            new WorkerSetup { Environment = new() { ["Worker__IntraOpThreads"] = $"{Threads}" } });
        var version = await platform.VersionAsync(name);
        Console.WriteLine($"{model.Name}: {(version.TryGetProperty("batch_times", out var times) ? Short(times) : "no batch_times")}");
        return version.GetProperty("max_batch_size").GetInt32();
    }

    private static string Short(JsonElement times) => string.Join("  ", times.EnumerateArray().Select(time => time.GetRawText()));

    /// <summary>Every size in turns, as often as asked for.</summary>
    private static double Compare(RowContext context, BenchModel model, int chosen, Table table)
    {
        var sizes = Sizes.Append(chosen).Distinct().ToArray();
        var rounds = Enumerable.Range(0, context.Options.Repeats)
            .Select(_ => sizes.ToDictionary(size => size, size => RawSearch.Measure(model, new RawSetup(size, Threads, Spinning: false), Trial))).ToList();
        var best = sizes.MaxBy(size => new Series(rounds.Select(round => round[size])).Median);
        var ratio = new Series(rounds.Select(round => round[chosen] / round[best]));
        table.Add(model.Name, $"{chosen}", $"{best}", $"{new Series(rounds.Select(round => round[chosen]))}", $"{new Series(rounds.Select(round => round[best]))}", $"{ratio}");
        return ratio.Median;
    }
}
