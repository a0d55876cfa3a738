using QueueInference.Bench.Load;
using QueueInference.Bench.Models;
using QueueInference.Bench.Report;
using QueueInference.Bench.Services;
using QueueInference.Bench.Simulated;

namespace QueueInference.Bench.Rows;

/// <summary>S: four workers, each with a simulated device, against four times one. The device is slow enough that the cores are not the limit.</summary>
internal static class ScaleOut
{
    private const int Many = 4, BatchesInFlight = 4;
    private static readonly Accelerator Device = new(100, 4);

    public static async Task<Outcome> RunAsync(RowContext context)
    {
        using ModelFolder oneModel = new(), manyModels = new();
        var (few, lot) = (SimulatedModel.Samples(oneModel.Add(SimulatedModel.Model), 64), SimulatedModel.Samples(manyModels.Add(SimulatedModel.Model), 64));
        await using var one = await Platform.StartAsync(context.Servers, oneModel, new WorkerSetup { Accelerator = Device });
        await using var many = await Platform.StartAsync(context.Servers, manyModels, new WorkerSetup { Accelerator = Device, Count = Many });
        List<LoadResult> single = [], all = [];
        var cores = new List<double>();
        for (var repeat = 0; repeat < context.Options.Repeats; repeat++)
        {
            single.Add(await LoadAsync(context, one, few, 1));
            var before = Cpu.Seconds(many.Processes).Values.Sum();
            var began = System.Diagnostics.Stopwatch.StartNew();
            all.Add(await LoadAsync(context, many, lot, Many));
            cores.Add((Cpu.Seconds(many.Processes).Values.Sum() - before) / began.Elapsed.TotalSeconds);
        }

        return Lateness.Judge([.. single, .. all], Device.Best) ?? Print(single, all, cores);
    }

    // Twice as long as asked for, so that a batch more or less is no matter.
    private static Task<LoadResult> LoadAsync(RowContext context, Platform platform, Sample[] samples, int workers) =>
        ClosedLoop.WaitAsync(platform.Api.Address, samples, BatchesInFlight * Accelerator.MaxBatch * workers, 2 * context.Options.Stretch);

    private static Outcome Print(List<LoadResult> single, List<LoadResult> all, List<double> cores)
    {
        var ratio = new Series(all.Zip(single, (many, one) => many.PerSecond / (Many * one.PerSecond)));
        var table = new Table($"{Device}", $"median (min–max) of {all.Count}");
        table.Add("one worker, jobs/s", $"{new Series(single.Select(run => run.PerSecond))} of {Series.Text(Device.Capacity)}");
        table.Add($"{Many} workers, jobs/s", $"{new Series(all.Select(run => run.PerSecond))} of {Series.Text(Many * Device.Capacity)}");
        table.Add("ratio", $"{ratio}");
        table.Add($"cores busy with {Many} workers, generator included", $"{new Series(cores)} of {Environment.ProcessorCount}");
        table.Print();
        return Outcome.Of(ratio.Median);
    }
}
