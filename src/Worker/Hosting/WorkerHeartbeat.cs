using QueueInference.Core.Models;
using QueueInference.Core.Store;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Jobs;

namespace QueueInference.Worker.Hosting;

/// <summary>Tells the catalogue that this worker lives, and says again what it serves, in case Redis forgot.</summary>
internal sealed class WorkerHeartbeat(
    ModelCatalogue catalogue, ServedModels served, DrainRates rates, WorkerIdentity worker, InferenceOptions inference, WorkerReadiness readiness, TimeProvider time)
    : BackgroundService
{
    private readonly long _startedAt = time.GetUtcNow().ToUnixTimeMilliseconds();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.Ready.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(ModelCatalogue.Silence / 4, time);
        do
        {
            await BeatAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await IgnoreAwayAsync(() => catalogue.LeaveAsync(worker.Id, cancellationToken));
    }

    private Task BeatAsync(CancellationToken cancellationToken) => IgnoreAwayAsync(async () =>
    {
        await catalogue.AnnounceAsync(served.Versions, cancellationToken);
        await catalogue.HeartbeatAsync(new WorkerInfo(worker.Id, _startedAt,
            [.. served.Versions.Select(version => $"{version.Model}/{version.Version}")], inference.ExecutionProviders) { DrainRates = rates.PerSecond() }, cancellationToken);
    });

    private static async Task IgnoreAwayAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (Exception e) when (e is StoreUnavailableException or StoreFullException)
        {
            // The next beat says it again.
        }
    }
}
