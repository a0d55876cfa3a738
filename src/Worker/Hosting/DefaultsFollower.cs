using QueueInference.Contracts;
using QueueInference.Core.Models;
using QueueInference.Core.Store;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Rollouts;

namespace QueueInference.Worker.Hosting;

/// <summary>Gives the jobs that name no version to the one that an administrator chose, or that a rollout came to, within half a second.</summary>
internal sealed class DefaultsFollower(
    DefaultVersions defaults, RolloutDesk rollouts, ServedModels served, WorkerAnnouncer announcer, WorkerReadiness readiness, TimeProvider time, ILogger<DefaultsFollower> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.Announced.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            await LookAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            ModelVersionInfo[] changed = [.. served.Prefer(await defaults.GetAsync(cancellationToken)), .. await rollouts.FollowAsync(cancellationToken)];
            foreach (var version in changed)
            {
                Log.DefaultChanged(logger, version.Model, version.Version);
                await announcer.SayAsync(cancellationToken);
            }

            await rollouts.DecideAsync(cancellationToken);
        }
        catch (Exception e) when (e is StoreUnavailableException or StoreFullException)
        {
            // Redis comes back; until then the choice of before holds.
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NotAnnounced(logger, e.Message, e);
        }
    }
}
