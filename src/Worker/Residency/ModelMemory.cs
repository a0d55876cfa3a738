using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Options;
using QueueInference.Core.Telemetry;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Hosting;
using QueueInference.Worker.Models;

namespace QueueInference.Worker.Residency;

/// <summary>Keeps the models in memory within a budget: brings in what jobs wait for, and puts out what makes room for it.</summary>
internal sealed class ModelMemory(ServedModels served, ModelLoader loader, IOptions<WorkerOptions> options, TimeProvider time, ILogger<ModelMemory> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20), Still = TimeSpan.FromMilliseconds(5), Patience = TimeSpan.FromSeconds(10), Pause = TimeSpan.FromSeconds(1);
    private readonly ConcurrentQueue<(FoundVersion Version, string Reason)> _failures = [];
    private readonly Dictionary<ModelLane, Stay> _stays = [];
    private readonly long _budget = (long)options.Value.MemoryBudgetMb << 20;

    /// <summary>Whether there is a budget.</summary>
    public bool IsBounded => _budget > 0;

    /// <summary>Whether a version is to wait for its first job out of memory: not where it takes over from one that is used, nor where it must be compared with one.</summary>
    public bool IsLazy(FoundVersion version) =>
        IsBounded && version.Settings.Rollout is null && !served.Lanes.Any(lane => lane.Info.Model == version.Model && lane.IsResident);

    /// <summary>Why a version can never be in memory; null where it can.</summary>
    public string? Refusal(LoadedModel model) => IsBounded && model.Runner is ResidentRunner { Bytes: var bytes } && bytes > _budget
        ? string.Create(CultureInfo.InvariantCulture, $"It takes {InMiB(bytes)} MiB of memory, more than the whole budget of {InMiB(_budget)} MiB. Raise Worker:MemoryBudgetMb (--memory-budget).")
        : null;

    /// <summary>What could not be brought in since this was asked last, and why.</summary>
    public IReadOnlyList<(FoundVersion Version, string Reason)> TakeFailures()
    {
        List<(FoundVersion, string)> taken = [];
        while (_failures.TryDequeue(out var failure))
        {
            taken.Add(failure);
        }

        return taken;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        InferenceTelemetry.ObserveMemory(Measure);
        using var timer = new PeriodicTimer(Interval, time);
        while (IsBounded && await timer.WaitForNextTickAsync(stoppingToken))
        {
            await StepAsync(stoppingToken);
        }
    }

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        var lanes = served.Lanes.Where(lane => lane.Place is not null).ToList();
        Forget(lanes);
        var step = ResidencyRules.Decide(_budget, [.. lanes.Where(lane => !IsResting(lane)).Select(Describe)]);
        foreach (var lane in step.Evict)
        {
            if (!await EvictAsync(lane, cancellationToken))
            {
                return;
            }
        }

        if (step.Load is { } wanted)
        {
            await BringAsync(wanted, cancellationToken);
        }
    }

    private Residence<ModelLane> Describe(ModelLane lane)
    {
        var hasWork = lane.HasWork || !lane.IsStill;
        // Out of memory it counts from its first waiting job on, in memory from its load.
        if (!_stays.TryGetValue(lane, out var stay) || stay.IsIn != lane.IsResident || (!stay.IsIn && !hasWork))
        {
            _stays[lane] = stay = new Stay(lane.IsResident, time.GetTimestamp(), lane.DeviceTime);
        }

        return new(lane, lane.Place!.Bytes)
        {
            IsIn = lane.IsResident,
            IsKept = lane.Settings.Rollout is not null,
            HasWork = hasWork,
            Since = time.GetElapsedTime(stay.Since),
            Idle = lane.Idle,
            LoadTime = lane.Place.LoadTime,
            DeviceTime = lane.DeviceTime - stay.DeviceTime,
        };
    }

    /// <summary>False when a run of it does not end: it stays.</summary>
    private async Task<bool> EvictAsync(ModelLane lane, CancellationToken cancellationToken)
    {
        lane.Rest();
        var started = time.GetTimestamp();
        while (!lane.IsStill)
        {
            if (time.GetElapsedTime(started) > Patience)
            {
                lane.Wake();
                return false;
            }

            await Task.Delay(Still, time, cancellationToken);
        }

        lane.PutOut();
        NativeHeap.Trim();
        InferenceTelemetry.ModelEvictions.Add(1, new KeyValuePair<string, object?>("model", lane.Info.Model));
        Log.PutOut(logger, lane.Info.Model, lane.Info.Version);
        return true;
    }

    private async Task BringAsync(ModelLane lane, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Run(() => loader.Bring(lane.Model, lane.Place!, cancellationToken), cancellationToken);
            InferenceTelemetry.ModelLoads.Record(lane.Place!.LoadTime.TotalSeconds, new KeyValuePair<string, object?>("model", lane.Info.Model));
            Log.BroughtIn(logger, lane.Info.Model, lane.Info.Version, lane.Place.LoadTime.TotalMilliseconds);
            Begin(lane);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            _stays[lane] = new Stay(false, time.GetTimestamp(), lane.DeviceTime) { Failed = true };
            Log.NotBroughtIn(logger, lane.Info.Model, lane.Info.Version, e.Message, e);
            if (e is not StaleVersionException)
            {
                _failures.Enqueue((lane.Place!.Found, e.Message));
            }
        }
    }

    /// <summary>It may have been taken from the repository meanwhile.</summary>
    private void Begin(ModelLane lane)
    {
        if (served.Find(lane.Info.Model, lane.Info.Version) == lane)
        {
            lane.Wake();
        }
        else
        {
            lane.PutOut();
        }
    }

    /// <summary>What could not be brought in is not tried again at once.</summary>
    private bool IsResting(ModelLane lane) => _stays.TryGetValue(lane, out var stay) && stay.Failed && time.GetElapsedTime(stay.Since) < Pause;

    private void Forget(List<ModelLane> lanes)
    {
        if (_stays.Count > lanes.Count)
        {
            foreach (var lane in _stays.Keys.Except(lanes).ToList())
            {
                _stays.Remove(lane);
            }
        }
    }

    private IEnumerable<Measurement<long>> Measure() => served.Lanes.Where(lane => lane.Place is { IsIn: true })
        .Select(lane => new Measurement<long>(lane.Place!.Bytes, new KeyValuePair<string, object?>("model", lane.Info.Model), new("version", $"{lane.Info.Version}")));

    private static string InMiB(long bytes) => Math.Ceiling(bytes / 1048576.0).ToString("0", CultureInfo.InvariantCulture);

    /// <param name="IsIn">In memory or out of it.</param>
    /// <param name="Since">A timestamp: when it came in, or when the first of its jobs began to wait.</param>
    /// <param name="DeviceTime">What it had had then.</param>
    private sealed record Stay(bool IsIn, long Since, TimeSpan DeviceTime)
    {
        /// <summary>Whether it could not be brought in.</summary>
        public bool Failed { get; init; }
    }
}
