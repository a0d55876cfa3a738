using QueueInference.Core.Store;

namespace QueueInference.Api.Jobs;

/// <summary>Looks at jobs that callers wait for, although nobody woke them: at a bounded rate, however many there are.</summary>
internal sealed class WaiterRechecks(JobWaiters waiters, TimeProvider time) : BackgroundService
{
    /// <summary>How long one may go without a look.</summary>
    public static readonly TimeSpan Floor = TimeSpan.FromSeconds(3);

    private const int PerSecond = 1_000;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await waiters.RecheckAsync(Floor, PerSecond, stoppingToken);
            }
            catch (Exception e) when (e is StoreUnavailableException or StoreFullException)
            {
                // They go on waiting; the store is asked again in a second.
            }
        }
    }
}
