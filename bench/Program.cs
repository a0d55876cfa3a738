using System.Globalization;
using QueueInference.Bench.Models;
using QueueInference.Bench.Naive;
using QueueInference.Bench.Report;
using QueueInference.Bench.Rows;
using QueueInference.Bench.Services;
using QueueInference.Bench.Simulated;
using QueueInference.Bench.Twin;

namespace QueueInference.Bench;

/// <summary>Runs the rows that are named, each with a table and a last line <c>ID value goal</c>.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        return args switch
        {
            ["worker", var simulated, .. var rest] => await SimulatedWorker.RunAsync(simulated, rest),
            ["naive", var policy, var device, var rabbitMq, var redis, var queue] => await NaiveWorker.RunAsync(policy, device, rabbitMq, redis, queue),
            ["twin", "api", .. var rest] => await TwinApi.RunAsync(rest),
            ["twin", "worker", var served, var file, .. var rest] => await TwinWorker.RunAsync(served, file, rest),
            ["samples", var model, var folder] => SampleFolder.Write(model, folder),
            [] => List(),
            _ => await RunAsync(BenchOptions.Parse(args)),
        };
    }

    private static int List()
    {
        var table = new Table("id", "goal", "what");
        RowList.All.ForEach(row => table.Add(row.Id, row.Goal, row.What));
        table.Print();
        return 0;
    }

    private static async Task<int> RunAsync(BenchOptions options)
    {
        var rows = options.Ids.Select(id => RowList.All.Find(row => row.Id == id) ?? throw new ArgumentException($"There is no row {id}.")).ToList();
        await using var servers = await Servers.StartAsync();
        foreach (var row in rows)
        {
            Console.WriteLine($"\n{row.Id}: {row.What}\n{Machine.Description}\n{servers.Description}\n");
            await servers.ClearAsync();
            var outcome = await row.Run(new RowContext(servers, options));
            Console.WriteLine(outcome.Why is null ? "" : $"\n{outcome.Why}\n");
            Console.WriteLine($"{row.Id} {outcome.Value} {row.Goal}");
        }

        return 0;
    }
}
