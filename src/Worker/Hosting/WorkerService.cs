using Microsoft.Extensions.Options;
using QueueInference.Core.Models;
using QueueInference.Core.Store;
using QueueInference.Core.Telemetry;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Models.Sources;
using QueueInference.Worker.Residency;
using QueueInference.Worker.Rollouts;

namespace QueueInference.Worker.Hosting;

/// <summary>The life of a worker: load, announce, consume; follow the repository; at its end drain.</summary>
internal sealed class WorkerService(
    ModelRollout rollout, RolloutDesk desk, DefaultVersions defaults, ServedModels served, WorkerAnnouncer announcer, ModelConsumers consumers, WarmModels warm, WorkerDrain drain, WorkerReadiness readiness,
    IOptions<WorkerOptions> options, TimeProvider time, ILogger<WorkerService> logger) : BackgroundService
{
    // Of a line in the log.
    private const int MostNames = 50;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1), ReadyPause = TimeSpan.FromMilliseconds(20), LoadPatience = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        InferenceTelemetry.ObserveVersions(announcer.Measure);
        await UntilStoredAsync(async () =>
        {
            served.Prefer(await defaults.GetAsync(stoppingToken));
            await desk.FollowAsync(stoppingToken);
        }, stoppingToken);
        await UntilLoadedAsync(stoppingToken);
        await FollowAsync(stoppingToken);
        readiness.SetAnnounced();
        if (!served.Versions.Any())
        {
            Log.NothingToServe(logger);
        }

        await Task.WhenAll(BeReadyAsync(stoppingToken), FollowRepositoryAsync(stoppingToken));
    }

    /// <summary>Rollouts are in the store, which may go away while models load.</summary>
    private async Task UntilLoadedAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await rollout.StepAsync(isFirst: true, cancellationToken);
                return;
            }
            catch (Exception e) when (e is StoreUnavailableException or SourceUnavailableException)
            {
                Log.NotYet(logger, e.Message);
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    /// <summary>Drains at once: a version that is being loaded must not hold it up.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        var stopped = base.StopAsync(cancellationToken);
        await drain.RunAsync();
        await Task.WhenAny(stopped, Task.Delay(LoadPatience, time, CancellationToken.None));
    }

    /// <summary>Once every queue is read: the versions come and go meanwhile.</summary>
    private async Task BeReadyAsync(CancellationToken cancellationToken)
    {
        while (!consumers.HaveBegun)
        {
            await Task.Delay(ReadyPause, time, cancellationToken);
        }

        readiness.Set(Serving());
    }

    private async Task FollowRepositoryAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(options.Value.PollInterval, time, cancellationToken);
            await StepAsync(cancellationToken);
        }
    }

    /// <summary>What goes wrong here must not end the process: what is served is served on.</summary>
    private async Task StepAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await rollout.StepAsync(isFirst: false, cancellationToken))
            {
                await FollowAsync(cancellationToken);
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NotFollowed(logger, e.Message, e);
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        await UntilStoredAsync(() => announcer.SayAsync(cancellationToken), cancellationToken);
        consumers.Begin(warm.Versions, cancellationToken);
        Log.Serving(logger, Shorten(Serving()));
    }

    private static string Shorten(string[] names) => string.Join(", ", names.Take(MostNames)) + (names.Length > MostNames ? $" and {names.Length - MostNames} more" : "");

    private string[] Serving() => [.. served.Versions.Select(version => $"{version.Model}/{version.Version}").Order(StringComparer.Ordinal)];

    /// <summary>Broker and store may come after the worker, in any order. A full Redis takes no announcement, but it is workers that empty it: the heartbeat says it again.</summary>
    private async Task UntilStoredAsync(Func<Task> call, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await call();
                return;
            }
            catch (StoreFullException e)
            {
                Log.NotYet(logger, e.Message);
                return;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                Log.NotYet(logger, e.Message);
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }
}
