using QueueInference.Bench.Load;
using QueueInference.Bench.Models;
using QueueInference.Bench.Report;
using QueueInference.Bench.Services;
using QueueInference.Bench.Simulated;

namespace QueueInference.Bench.Rows;

/// <summary>P: one job in a thousand makes its whole run throw. Its neighbours must not feel it, and throughput little.</summary>
internal static class Poison
{
    private const int OneIn = 1000, InFlight = 4 * Accelerator.MaxBatch;
    private static readonly Accelerator[] Devices = [new(40, 2), new(10, 3)];

    public static async Task<Outcome> RunAsync(RowContext context)
    {
        var table = new Table("one poison job in 1,000", "without, jobs/s", "with, jobs/s", "throughput lost", "innocents harmed");
        var (harmed, lost) = (0, 0.0);
        foreach (var device in Devices.Append(null))
        {
            var (ill, loss) = await CompareAsync(context, device, table);
            (harmed, lost) = (harmed + ill, Math.Max(lost, loss));
        }

        table.Print();
        Console.WriteLine("A poison job that did not fail would count as harmed too. The search in a batch of 32 costs seven more runs at most.");
        return new Outcome($"{harmed}/{lost:0.000}");
    }

    private static async Task<(int Harmed, double Lost)> CompareAsync(RowContext context, Accelerator? device, Table table)
    {
        using var models = new ModelFolder();
        var (pure, mixed) = device is null ? Real(models) : Simulated(models);
        await using var platform = await Platform.StartAsync(context.Servers, models, new WorkerSetup { Accelerator = device });
        Task<LoadResult> LoadAsync(Sample[] samples) => ClosedLoop.WaitAsync(platform.Api.Address, samples, InFlight, 2 * context.Options.Stretch);

        List<LoadResult> without = [], with = [];
        for (var repeat = 0; repeat < context.Options.Repeats; repeat++)
        {
            without.Add(await LoadAsync(pure));
            with.Add(await LoadAsync(mixed));
        }

        var lost = new Series(with.Zip(without, (poisoned, clean) => 1 - poisoned.PerSecond / clean.PerSecond));
        var harmed = with.Concat(without).Sum(run => run.Wrong);
        table.Add($"{device?.ToString() ?? "ONNX Runtime, tiny model"}", $"{new Series(without.Select(run => run.PerSecond))}",
            $"{new Series(with.Select(run => run.PerSecond))}", $"{lost}", $"{harmed} of {with.Sum(run => run.Sent)}");
        return (harmed, lost.Median);
    }

    private static (Sample[] Pure, Sample[] Mixed) Simulated(ModelFolder models)
    {
        var name = models.Add(SimulatedModel.Model);
        return (SimulatedModel.Samples(name, OneIn), SimulatedModel.Samples(name, OneIn, poison: 1));
    }

    private static (Sample[] Pure, Sample[] Mixed) Real(ModelFolder models)
    {
        var model = BenchModels.Poisonable;
        var name = models.Add(model);
        var pure = model.Samples(name, OneIn);
        return (pure, [SimulatedModel.PoisonOf(name, model.Row(new Random(0))[0]), .. pure[1..]]);
    }
}
