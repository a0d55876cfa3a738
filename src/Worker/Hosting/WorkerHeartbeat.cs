using QueueInference.Core.Models;
using QueueInference.Core.Store;

namespace QueueInference.Worker.Hosting;

/// <summary>Says again and again that this worker lives and what it serves, in case Redis forgot.</summary>
internal sealed class WorkerHeartbeat(WorkerAnnouncer announcer, WorkerReadiness readiness, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.Ready.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(ModelCatalogue.Silence / 4, time);
        do
        {
            await IgnoreAwayAsync(() => announcer.SayAsync(stoppingToken));
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await IgnoreAwayAsync(() => announcer.LeaveAsync(cancellationToken));
    }

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
