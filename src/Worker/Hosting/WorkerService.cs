using Microsoft.Extensions.Options;
using QueueInference.Core.Models;
using QueueInference.Core.Store;
using QueueInference.Worker.Batching;

namespace QueueInference.Worker.Hosting;

/// <summary>The life of a worker: load, announce, consume; follow the repository; at its end drain.</summary>
internal sealed class WorkerService(
    ModelRollout rollout, DefaultVersions defaults, ServedModels served, WorkerAnnouncer announcer, ModelConsumers consumers, WorkerDrain drain, WorkerReadiness readiness,
    IOptions<WorkerOptions> options, TimeProvider time, ILogger<WorkerService> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await UntilStoredAsync(async () => served.Prefer(await defaults.GetAsync(stoppingToken)), stoppingToken);
        await rollout.StepAsync(isFirst: true, stoppingToken);
        await FollowAsync(stoppingToken);
        await consumers.Begun.WaitAsync(stoppingToken);
        if (!served.Versions.Any())
        {
            Log.NothingToServe(logger);
        }

        readiness.Set(Serving());
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(options.Value.PollInterval, time, stoppingToken);
            await StepAsync(stoppingToken);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await drain.RunAsync();
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
        consumers.Begin(served.Versions, cancellationToken);
        Log.Serving(logger, string.Join(", ", Serving()));
    }

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
