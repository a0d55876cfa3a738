using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using QueueInference.Contracts;
using QueueInference.Core.Drift;
using QueueInference.Core.Store;
using QueueInference.Core.Telemetry;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Hosting;

namespace QueueInference.Worker.Drift;

/// <summary>Tells what was counted, and publishes how far it has gone.</summary>
internal sealed class DriftReporter(DriftSampler sampler, DriftStore store, ServedModels served, IOptions<WorkerOptions> options, TimeProvider time, ILogger<DriftReporter> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<ModelLane, Measurement<double>[]> _indices = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        InferenceTelemetry.ObserveDrift(() => _indices.SelectMany(lane => lane.Value));
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await TellAllAsync(stoppingToken);
        }
    }

    private async Task TellAllAsync(CancellationToken cancellationToken)
    {
        foreach (var gone in _indices.Keys.Except(served.Lanes).ToList())
        {
            _indices.TryRemove(gone, out _);
        }

        foreach (var (lane, drift) in sampler.All.ToList())
        {
            await TryAsync(() => TellAsync(lane, drift, cancellationToken), cancellationToken);
        }
    }

    /// <summary>What is wrong with one keeps none of the others from being told.</summary>
    private async Task TryAsync(Func<Task> tell, CancellationToken cancellationToken)
    {
        try
        {
            await tell();
        }
        catch (Exception e) when (e is StoreUnavailableException or StoreFullException)
        {
            // What was counted is lost, which a distribution can bear.
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NotTold(logger, e.Message, e);
        }
    }

    private async Task TellAsync(ModelLane lane, LaneDrift drift, CancellationToken cancellationToken)
    {
        drift.Use(await store.EdgesAsync(lane.Info, drift.Propose(), cancellationToken));
        if (drift.Take() is { Count: > 0 } counts)
        {
            await store.AddAsync(lane.Info, options.Value.DriftBaseline, counts, cancellationToken);
            _indices[lane] = [.. await MeasureAsync(lane.Info, cancellationToken)];
        }
    }

    private async Task<IEnumerable<Measurement<double>>> MeasureAsync(ModelVersionInfo version, CancellationToken cancellationToken) =>
        from feature in (await store.GetAsync(version, cancellationToken))?.Features ?? new Dictionary<DriftFeature, DriftWindows>()
        where feature.Value.SinceFirst is not null
        select new Measurement<double>(feature.Value.SinceFirst!.Value, new KeyValuePair<string, object?>("model", version.Model), new("version", $"{version.Version}"),
            new("direction", feature.Key.IsInput ? "input" : "output"), new("kind", feature.Key.IsLabel ? "label" : "numbers"), new("name", feature.Key.Name));
}
