using QueueInference.Bench.Load;
using QueueInference.Bench.Models;
using QueueInference.Bench.Raw;
using QueueInference.Bench.Report;
using QueueInference.Bench.Services;

namespace QueueInference.Bench.Rows;

/// <summary>R1: items per second through the whole service, over those of the best raw loop on the same cores.</summary>
internal static class Throughput
{
    private static readonly TimeSpan Trial = TimeSpan.FromSeconds(1);

    public static async Task<Outcome> RunAsync(RowContext context, BenchModel? model)
    {
        if (model is null)
        {
            return Outcome.NotRun(BenchModels.NoTextDirection);
        }

        var best = Best(model, context.Options.Provider);
        using var models = new ModelFolder();
        var name = models.Add(model);
        var samples = model.Samples(name, 16);
        await using var platform = await Platform.StartAsync(context.Servers, models, Setup(context));
        var load = await ChooseAsync(platform, samples, context.Options.InFlight);
        await WarmUp.RunAsync(load, platform.Processes);
        return await CompareAsync(context.Options, platform, load, () => RawSearch.Measure(model, best.Setup, context.Options.Stretch));
    }

    private static WorkerSetup Setup(RowContext context) => new() { Environment = new() { ["Worker__ExecutionProviders__0"] = context.Options.Provider } };

    /// <summary>The best raw loop; the service must beat none but this.</summary>
    private static (RawSetup Setup, double PerSecond) Best(BenchModel model, string provider)
    {
        var tried = RawSearch.Try(model, RawSearch.Setups(provider), Trial);
        var table = new Table("raw loop, best first", "items/s");
        tried.Take(4).ToList().ForEach(one => table.Add($"{one.Setup}", Series.Text(one.PerSecond)));
        table.Print();
        return tried[0];
    }

    /// <summary>Tries both ways of reading results, and takes the one that gives more.</summary>
    public static async Task<Func<TimeSpan, Task<LoadResult>>> ChooseAsync(Platform platform, Sample[] samples, int inFlight)
    {
        var ways = new (string Name, Func<TimeSpan, Task<LoadResult>> Run)[]
        {
            ("Prefer: wait", time => ClosedLoop.WaitAsync(platform.Api.Address, samples, inFlight, time)),
            ("submit, read later", time => ClosedLoop.ReadLaterAsync(platform.Api.Address, samples, inFlight, time)),
        };
        var rates = new double[ways.Length];
        for (var i = 0; i < 2 * ways.Length; i++)
        {
            rates[i % ways.Length] = (await ways[i % ways.Length].Run(4 * Trial)).PerSecond;
        }

        var chosen = Array.IndexOf(rates, rates.Max());
        Console.WriteLine($"\n{inFlight} jobs in flight; {string.Join(", ", ways.Zip(rates, (way, rate) => $"{way.Name}: {Series.Text(rate)}/s"))}; used: {ways[chosen].Name}\n");
        return ways[chosen].Run;
    }

    private static async Task<Outcome> CompareAsync(BenchOptions options, Platform platform, Func<TimeSpan, Task<LoadResult>> load, Func<double> raw)
    {
        var (product, reference, used) = (new List<double>(), new List<double>(), new List<Dictionary<string, double>>());
        for (var repeat = 0; repeat < options.Repeats; repeat++)
        {
            reference.Add(raw());
            var before = Cpu.Seconds(platform.Processes);
            var result = await load(options.Stretch);
            used.Add(Cpu.Since(before, Cpu.Seconds(platform.Processes)).ToDictionary(group => group.Key, group => group.Value * 1000 / result.Sent));
            product.Add(result.PerSecond);
            if (result.Wrong > 0)
            {
                return Outcome.Void($"{result.Wrong} of {result.Sent} answers were wrong. {result.Fault}");
            }
        }

        var ratio = new Series(product.Zip(reference, (items, best) => items / best));
        Print(new(product), new(reference), ratio, used);
        return Outcome.Of(ratio.Median);
    }

    private static void Print(Series product, Series reference, Series ratio, List<Dictionary<string, double>> used)
    {
        var table = new Table("", $"median (min–max) of {product.Count}");
        table.Add("service, items/s", $"{product}");
        table.Add("raw loop, items/s", $"{reference}");
        table.Add("ratio", $"{ratio}");
        foreach (var process in used[0].Keys)
        {
            table.Add($"CPU-ms per item, {process}", $"{new Series(used.Select(one => one[process]))}");
        }

        table.Add("CPU-ms per item, all", $"{new Series(used.Select(one => one.Values.Sum()))}");
        table.Print();
        Console.WriteLine("Every answer was compared with ONNX Runtime's own.");
    }
}
