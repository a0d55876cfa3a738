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
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20), Still = TimeSpan.FromMilliseconds(5), Grace = TimeSpan.FromSeconds(10), Pause = TimeSpan.FromSeconds(1);

    // A share may be away for a moment; files that are being replaced are another version soon.
    private const int MostTries = 3, MostStaleTries = 60;

    private readonly ConcurrentQueue<(FoundVersion Version, string? Reason)> _outcomes = [];
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

    /// <summary>What was brought in, and what could not be after several tries, and why, since this was asked last.</summary>
    public IReadOnlyList<(FoundVersion Version, string? Reason)> TakeOutcomes()
    {
        List<(FoundVersion, string?)> taken = [];
        while (_outcomes.TryDequeue(out var outcome))
        {
            taken.Add(outcome);
        }

        return taken;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        InferenceTelemetry.ObserveMemory(Measure);
        using var timer = new PeriodicTimer(Interval, time);
        while (IsBounded && await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await StepAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // A fault of ours must not end the process.
                Log.StepFailed(logger, e);
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }

    /// <summary>A session that is being made must not hold up the drain, which comes next.</summary>
    public override Task StopAsync(CancellationToken cancellationToken) =>
        Task.WhenAny(base.StopAsync(cancellationToken), Task.Delay(Pause, time, CancellationToken.None));

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        var lanes = served.Lanes.Where(lane => lane.Place is not null).ToList();
        Forget(lanes);
        foreach (var lane in lanes.Where(lane => !lane.IsResident && lane.HasWork))
        {
            lane.Tidy();
        }

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

    /// <summary>False when a run of it does not end, or it is served no longer: it stays, and unloads itself.</summary>
    private async Task<bool> EvictAsync(ModelLane lane, CancellationToken cancellationToken)
    {
        if (!IsServed(lane))
        {
            return false;
        }

        lane.Rest();
        // Every run is bounded, and then the process ends.
        var (started, patience) = (time.GetTimestamp(), TimeSpan.FromMilliseconds(lane.Settings.TimeoutMs) + Grace);
        while (!lane.IsStill || !IsServed(lane))
        {
            if (time.GetElapsedTime(started) > patience || !IsServed(lane))
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
        using var held = lane.Hold();
        var isFirst = lane.Place!.Options is null;
        try
        {
            await loader.BringAsync(lane.Model, lane.Place!, cancellationToken);
            InferenceTelemetry.ModelLoads.Record(lane.Place!.LoadTime.TotalSeconds, new KeyValuePair<string, object?>("model", lane.Info.Model));
            Log.BroughtIn(logger, lane.Info.Model, lane.Info.Version, lane.Place.LoadTime.TotalMilliseconds);
            Begin(lane, isFirst);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Fail(lane, e);
        }
    }

    /// <summary>It may have been taken from the repository meanwhile.</summary>
    private void Begin(ModelLane lane, bool isFirst)
    {
        _outcomes.Enqueue((lane.Place!.Found, null));
        if (!IsServed(lane))
        {
            lane.PutOut();
            return;
        }

        if (isFirst)
        {
            served.Readmit(lane);
        }

        lane.Wake();
    }

    private void Fail(ModelLane lane, Exception fault)
    {
        var before = _stays.GetValueOrDefault(lane);
        var tries = (before?.Tries ?? 0) + 1;
        var isOver = tries >= (fault is StaleVersionException or DirectoryNotFoundException or FileNotFoundException ? MostStaleTries : MostTries);
        _stays[lane] = new Stay(false, time.GetTimestamp(), lane.DeviceTime) { Tries = tries, IsTold = isOver };
        if (tries == 1)
        {
            Log.NotBroughtIn(logger, lane.Info.Model, lane.Info.Version, fault.Message, fault);
        }

        if (isOver && before?.IsTold is not true)
        {
            _outcomes.Enqueue((lane.Place!.Found, fault.Message));
        }
    }

    private bool IsServed(ModelLane lane) => served.Find(lane.Info.Model, lane.Info.Version) == lane;

    /// <summary>What could not be brought in is not tried again at once.</summary>
    private bool IsResting(ModelLane lane) => _stays.TryGetValue(lane, out var stay) && stay.Tries > 0 && time.GetElapsedTime(stay.Since) < Pause;

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
        /// <summary>How often it could not be brought in.</summary>
        public int Tries { get; init; }

        /// <summary>Whether that was told.</summary>
        public bool IsTold { get; init; }
    }
}
