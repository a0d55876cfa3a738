using QueueInference.Bench.Load;
using QueueInference.Bench.Models;
using QueueInference.Bench.Naive;
using QueueInference.Bench.Report;
using QueueInference.Bench.Services;
using QueueInference.Bench.Simulated;

namespace QueueInference.Bench.Rows;

/// <summary>naive: the service beside three workers of an afternoon, which have no HTTP API, no claims and no isolation to pay for.</summary>
internal static class NaiveRow
{
    private const int InFlight = 4 * Accelerator.MaxBatch;
    private static readonly double[] Loads = [0.3, 0.8];
    private static readonly Accelerator Device = new(40, 2);

    /// <summary>One way in, its figures, and whether a load was more than it could take.</summary>
    private sealed record Contender(string Name, Ask Ask)
    {
        public List<LoadResult> Full { get; } = [];
        public List<LoadResult>[] Open { get; } = [[], []];
    }

    public static async Task<Outcome> RunAsync(RowContext context)
    {
        using var models = new ModelFolder();
        var model = models.Add(SimulatedModel.Model);
        var samples = SimulatedModel.Samples(model, 64);
        await using var platform = await Platform.StartAsync(context.Servers, models, new WorkerSetup { Accelerator = Device });
        using var door = await HttpDoor.OpenAsync(platform.Api.Address, samples);
        var contenders = new List<Contender> { new("QueueInference", door.AskAsync) };
        await using var naive = await NaiveSet.StartAsync(context.Servers, string.Join(',', Device.Arguments), samples);
        contenders.AddRange(naive.Doors.Select(one => new Contender(NaiveWorker.Policies[one.Policy], one.Door.AskAsync)));

        // Once for warmth.
        foreach (var contender in contenders)
        {
            await ClosedLoop.AskAsync(contender.Ask, InFlight, context.Options.Stretch);
        }

        for (var repeat = 0; repeat < context.Options.Repeats; repeat++)
        {
            foreach (var contender in contenders)
            {
                await MeasureAsync(context, contender, repeat);
            }
        }

        Print(contenders);
        return Lateness.Judge([.. contenders.SelectMany(one => one.Open.SelectMany(runs => runs).Concat(one.Full))], Device.Best) ?? Judge(contenders);
    }

    private static async Task MeasureAsync(RowContext context, Contender contender, int seed)
    {
        contender.Full.Add(await ClosedLoop.AskAsync(contender.Ask, InFlight, context.Options.Stretch));
        for (var i = 0; i < Loads.Length; i++)
        {
            var rate = Loads[i] * Device.Capacity;
            if (rate < contender.Full[^1].PerSecond)
            {
                contender.Open[i].Add(await OpenLoop.RunAsync(contender.Ask, rate, context.Options.Stretch, seed));
            }
        }
    }

    private static void Print(List<Contender> contenders)
    {
        var table = new Table($"{Device}", "jobs/s", "30 % load: p50 ms", "p99 ms", "80 % load: p50 ms", "p99 ms");
        foreach (var one in contenders)
        {
            table.Add([one.Name, $"{new Series(one.Full.Select(run => run.PerSecond))}", .. one.Open.SelectMany(runs => new[] { Tail(runs, 50), Tail(runs, 99) })]);
        }

        table.Print();
        Console.WriteLine("The naive workers are sent to directly, without HTTP, and heard of by Redis.");
    }

    private static string Tail(List<LoadResult> runs, double percent) =>
        runs.Count == 0 ? "overloaded" : $"{new Series(runs.Select(run => run.Latency.Percentile(percent)))}";

    /// <summary>Throughput over that of the best of them.</summary>
    private static Outcome Judge(List<Contender> contenders)
    {
        var rates = contenders.Select(one => new Series(one.Full.Select(run => run.PerSecond)).Median).ToList();
        return Outcome.Of(rates[0] / rates[1..].Max());
    }
}
