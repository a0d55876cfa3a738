using QueueInference.Bench.Load;
using QueueInference.Bench.Models;
using QueueInference.Bench.Report;
using QueueInference.Bench.Services;

namespace QueueInference.Bench.Rows;

/// <summary>o64: CPU time for each job of a bulk of 64, submitted in one call and read in another, all processes but the generator.</summary>
internal static class BulkCost
{
    private const int Size = 64, Clients = 4;

    public static async Task<Outcome> RunAsync(RowContext context)
    {
        using var models = new ModelFolder();
        var samples = BenchModels.Null.Samples(models.Add(BenchModels.Null), 16);
        await using var platform = await Platform.StartAsync(context.Servers, models);
        var loop = new BulkLoop(platform.Api.Http, samples, Size);
        await loop.RunAsync(Clients, context.Options.Stretch);

        var (rates, used) = (new List<double>(), new List<Dictionary<string, double>>());
        for (var repeat = 0; repeat < context.Options.Repeats; repeat++)
        {
            var before = Cpu.Seconds(platform.Processes);
            var result = await loop.RunAsync(Clients, context.Options.Stretch);
            used.Add(Cpu.Since(before, Cpu.Seconds(platform.Processes)).ToDictionary(group => group.Key, group => group.Value * 1e6 / result.Sent));
            rates.Add(result.PerSecond);
            if (result.Wrong > 0)
            {
                return Outcome.Void($"{result.Wrong} of {result.Sent} answers were wrong. {result.Fault}");
            }
        }

        return Print(rates, used);
    }

    private static Outcome Print(List<double> rates, List<Dictionary<string, double>> used)
    {
        var all = new Series(used.Select(one => one.Where(process => process.Key != "generator").Sum(process => process.Value)));
        var table = new Table($"bulks of {Size}, {Clients} clients", $"median (min–max) of {rates.Count}");
        table.Add("jobs/s", $"{new Series(rates)}");
        foreach (var process in used[0].Keys)
        {
            table.Add($"CPU-µs per job, {process}", $"{new Series(used.Select(one => one[process]))}");
        }

        table.Add("CPU-µs per job, all but the generator", $"{all}");
        table.Print();
        return new Outcome($"{all.Median:0}");
    }
}
