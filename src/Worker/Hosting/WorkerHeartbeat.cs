using QueueInference.Core.Models;
using QueueInference.Core.Store;

namespace QueueInference.Worker.Hosting;

/// <summary>Says again and again that this worker lives and what it serves, in case Redis forgot.</summary>
internal sealed class WorkerHeartbeat(WorkerAnnouncer announcer, WorkerReadiness readiness, TimeProvider time, ILogger<WorkerHeartbeat> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.Announced.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(ModelCatalogue.Silence / 4, time);
        do
        {
            await TryAsync(announcer.SayAsync, stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryAsync(announcer.LeaveAsync, cancellationToken);
    }

    /// <summary>The next beat says it again.</summary>
    private async Task TryAsync(Func<CancellationToken, Task> call, CancellationToken cancellationToken)
    {
        try
        {
            await call(cancellationToken);
        }
        catch (Exception e) when (e is StoreUnavailableException or StoreFullException)
        {
            // Redis comes back.
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NotAnnounced(logger, e.Message, e);
        }
    }
}
