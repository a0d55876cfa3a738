using QueueInference.Contracts;
using QueueInference.Core.Messaging;
using QueueInference.Core.Models;
using QueueInference.Core.Store;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Jobs;
using QueueInference.Worker.Models;

namespace QueueInference.Worker.Hosting;

/// <summary>The life of a worker: load, announce, consume; at its end drain.</summary>
internal sealed class WorkerService(
    ModelRepository repository, ModelLoader loader, ServedModels served, ModelCatalogue catalogue, IJobBus bus,
    JobIntake intake, WorkerDrain drain, WorkerReadiness readiness, TimeProvider time, ILogger<WorkerService> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1), MismatchPause = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Run(LoadModels, stoppingToken);
        await UntilDoneAsync(() => AnnounceAsync(stoppingToken), stoppingToken);
        // Side by side: a queue that an operator must mend holds up no other model.
        var few = new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = stoppingToken };
        await Parallel.ForEachAsync(served.Versions.GroupBy(version => version.Model), few,
            async (model, token) => await ConsumeAsync(model.Key, model.Max(Prefetch.Messages), token));
        string[] serving = [.. served.Versions.Select(version => $"{version.Model}/{version.Version}").Order(StringComparer.Ordinal)];
        readiness.Set(serving);
        Log.Serving(logger, string.Join(", ", serving));
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await drain.RunAsync();
    }

    private void LoadModels()
    {
        foreach (var model in repository.Scan().Select(loader.Load).OfType<LoadedModel>())
        {
            served.Add(model);
        }

        if (!served.Versions.Any())
        {
            Log.NothingToServe(logger);
        }
    }

    /// <summary>A full Redis takes no announcement, but it is workers that empty it: the heartbeat says it again.</summary>
    private async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        try
        {
            await catalogue.AnnounceAsync(served.Versions, cancellationToken);
        }
        catch (StoreFullException e)
        {
            Log.NotYet(logger, e.Message);
        }
    }

    private async Task ConsumeAsync(string model, int prefetch, CancellationToken cancellationToken)
    {
        foreach (var priority in Enum.GetValues<JobPriority>())
        {
            await UntilDoneAsync(async () => drain.Add(await bus.SubscribeAsync(
                QueueNames.Run(model, priority), prefetch, intake.HandleAsync, cancellationToken)), cancellationToken);
        }
    }

    /// <summary>Broker and store may come after the worker, in any order.</summary>
    private async Task UntilDoneAsync(Func<Task> step, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await step();
                return;
            }
            catch (QueueMismatchException) when (!cancellationToken.IsCancellationRequested)
            {
                // The log has it. An operator must act, and then nothing need be started again.
                await Task.Delay(MismatchPause, time, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                Log.NotYet(logger, e.Message);
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }
}
