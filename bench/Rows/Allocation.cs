using QueueInference.Bench.Load;
using QueueInference.Bench.Models;
using QueueInference.Bench.Report;
using QueueInference.Bench.Services;
using QueueInference.Bench.Tracing;

namespace QueueInference.Bench.Rows;

/// <summary>A: managed bytes that the worker allocates for a job, its payload left out, and who allocates large objects.</summary>
internal static class Allocation
{
    public static async Task<Outcome> RunAsync(RowContext context)
    {
        var (most, large) = (0.0, 0.0);
        // Each at the load of the rows that measure its throughput: o and N, and R1s.
        foreach (var (model, inFlight) in new[] { (BenchModels.Null, context.Options.InFlightFull), (BenchModels.TextDirection, context.Options.InFlight) })
        {
            if (model is not null)
            {
                Console.WriteLine($"\n{model.Name}, {inFlight} jobs in flight");
                most = Math.Max(most, await CountAsync(context, model, inFlight));
                large = Math.Max(large, await TraceAsync(context, model, inFlight));
            }
        }

        return new Outcome($"{Math.Round(most)}/{Math.Round(large)}");
    }

    private static async Task<double> CountAsync(RowContext context, BenchModel model, int inFlight)
    {
        using var models = new ModelFolder();
        var samples = model.Samples(models.Add(model), 16);
        await using var platform = await Platform.StartAsync(context.Servers, models);
        await LoadAsync(context, platform, samples, inFlight);
        var idle = await IdleAsync(platform);
        var (all, own) = (new List<double>(), new List<double>());
        for (var repeat = 0; repeat < context.Options.Repeats; repeat++)
        {
            var before = await AllocatedAsync(platform);
            var jobs = (await LoadAsync(context, platform, samples, inFlight)).Sent;
            all.Add((await AllocatedAsync(platform) - before - idle) / jobs);
            own.Add(all[^1] - samples[0].PayloadBytes);
        }

        var table = new Table("worker, managed bytes per job", $"median (min–max) of {all.Count}");
        table.Add("allocated (dotnet.gc.heap.total_allocated, less one idle reading)", $"{new Series(all)}");
        table.Add("payload (input and output, once each)", $"{samples[0].PayloadBytes}");
        table.Add("allocated, payload left out", $"{new Series(own)}");
        table.Print();
        return new Series(own).Median;
    }

    /// <summary>A run of its own, since events cost time and memory; answers bytes per job of large objects that are ours.</summary>
    private static async Task<double> TraceAsync(RowContext context, BenchModel model, int inFlight)
    {
        using var models = new ModelFolder();
        using var session = new TraceSession();
        var samples = model.Samples(models.Add(model), 16);
        DateTimeOffset from, to;
        int jobs;
        await using (var platform = await Platform.StartAsync(context.Servers, models, new WorkerSetup { Environment = session.Environment(Allocations.Providers) }))
        {
            await LoadAsync(context, platform, samples, inFlight);
            from = TimeProvider.System.GetUtcNow();
            jobs = (await LoadAsync(context, platform, samples, inFlight)).Sent;
            to = TimeProvider.System.GetUtcNow();
        }

        var allocations = new Allocations(session.File, from, to);
        allocations.Print(jobs);
        return (double)allocations.OursLarge / jobs;
    }

    private static async Task<LoadResult> LoadAsync(RowContext context, Platform platform, Sample[] samples, int inFlight)
    {
        var result = await ClosedLoop.WaitAsync(platform.Api.Address, samples, inFlight, context.Options.Stretch);
        return result.Wrong == 0 ? result : throw new InvalidDataException($"{result.Wrong} answers were wrong. {result.Fault}");
    }

    private static async Task<double> AllocatedAsync(Platform platform)
    {
        await Task.Delay(Platform.MetricsAge);
        return await platform.MetricAsync("dotnet_gc_heap_total_allocated");
    }

    /// <summary>What one reading costs, with the pause before it.</summary>
    private static async Task<double> IdleAsync(Platform platform)
    {
        var before = await AllocatedAsync(platform);
        return await AllocatedAsync(platform) - before;
    }
}
