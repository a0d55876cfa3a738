using QueueInference.Bench.Load;
using QueueInference.Bench.Models;
using QueueInference.Bench.Report;
using QueueInference.Bench.Services;
using QueueInference.Bench.Tracing;

namespace QueueInference.Bench.Rows;

/// <summary>profile: what Api and Worker do under the load of R1s.</summary>
internal static class Profile
{
    public static async Task<Outcome> RunAsync(RowContext context)
    {
        using TraceSession api = new(), worker = new();
        using var models = new ModelFolder();
        var model = BenchModels.TextDirection ?? BenchModels.Null;
        var samples = model.Samples(models.Add(model), 16);
        DateTimeOffset from, to;
        await using (var platform = await Platform.StartAsync(context.Servers, models, new WorkerSetup
        {
            Environment = worker.Environment(Samples.Providers), ApiEnvironment = api.Environment(Samples.Providers),
        }))
        {
            await ClosedLoop.WaitAsync(platform.Api.Address, samples, context.Options.InFlight, context.Options.Stretch);
            from = TimeProvider.System.GetUtcNow();
            await ClosedLoop.WaitAsync(platform.Api.Address, samples, context.Options.InFlight, context.Options.Stretch);
            to = TimeProvider.System.GetUtcNow();
        }

        Console.WriteLine("Api");
        new Samples(api.File, from, to).Print();
        Console.WriteLine("\nWorker");
        new Samples(worker.File, from, to).Print();
        return new Outcome("done");
    }
}
