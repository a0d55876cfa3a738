using System.Collections.Concurrent;
using QueueInference.Contracts;
using QueueInference.Core.Rollouts;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Jobs;
using QueueInference.Worker.Models;
using QueueInference.Worker.Rollouts;

namespace QueueInference.Worker.Batching;

/// <summary>What this worker serves: a lane for each model version, a loop for each device. Versions come and go between two batches.</summary>
internal sealed class ServedModels(LaneServices services) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50), LoanPatience = TimeSpan.FromSeconds(5);
    private readonly object _changing = new();
    private readonly ConcurrentDictionary<(string Model, int Version), ModelLane> _lanes = new();
    private readonly ConcurrentDictionary<string, ModelLane> _default = new();
    private readonly ConcurrentDictionary<string, DeviceLoop> _devices = new();

    /// <summary>What is served, as it is to be announced now.</summary>
    public IEnumerable<ModelVersionInfo> Versions => _lanes.Values.Select(lane => lane.Describe() with { Default = _default.GetValueOrDefault(lane.Info.Model) == lane });

    /// <summary>A lane for each version.</summary>
    public IEnumerable<ModelLane> Lanes => _lanes.Values;

    /// <summary>The versions that jobs run on which name none, by model.</summary>
    public IReadOnlyDictionary<string, int> Defaults => _default.ToDictionary(pair => pair.Key, pair => pair.Value.Info.Version);

    /// <summary>What an administrator has chosen: versions by model.</summary>
    public IReadOnlyDictionary<string, int> Chosen { get; private set; } = new Dictionary<string, int>();

    /// <summary>Serves a version from now on, in place of the same one where that is there already, and unloads it in the end.</summary>
    public void Add(LoadedModel model)
    {
        var device = _devices.GetOrAdd(model.Runner.Device, name => new DeviceLoop(name, DeviceCapacity.Of(name), services.Time));
        var lane = new ModelLane(model, device, services);
        if (lane.IsResident)
        {
            lane.Wake();
        }

        lock (_changing)
        {
            var replaced = _lanes.GetValueOrDefault(KeyOf(lane));
            _lanes[KeyOf(lane)] = lane;
            Route(lane.Info.Model);
            Retire(replaced);
        }
    }

    /// <summary>Serves a version no longer: jobs that named it still run, the others go to the version that has their like now.</summary>
    public void Remove(string model, int version)
    {
        lock (_changing)
        {
            if (_lanes.TryRemove((model, version), out var lane))
            {
                Route(model);
                Retire(lane);
            }
        }
    }

    /// <summary>Follows the choices of an administrator; answers the versions that have the jobs of their model from now on.</summary>
    /// <param name="chosen">Versions by model; one that is not served here changes nothing.</param>
    public IReadOnlyList<ModelVersionInfo> Prefer(IReadOnlyDictionary<string, int> chosen) => Reroute(() => Chosen = chosen);

    private IReadOnlyList<ModelVersionInfo> Reroute(Action change)
    {
        lock (_changing)
        {
            var before = _default.ToDictionary();
            change();
            foreach (var lanes in _lanes.Values.GroupBy(lane => lane.Info.Model))
            {
                Route(lanes.Key, [.. lanes]);
            }

            return [.. before.Where(pair => _default[pair.Key] != pair.Value).Select(pair => _default[pair.Key].Info)];
        }
    }

    /// <summary>Whether a version that such a job runs on is served here.</summary>
    public bool Serves(HeldJob job) => LaneOf(job) is not null;

    /// <summary>How rollouts stand, by model, whether it is served here or not.</summary>
    public IReadOnlyDictionary<string, RolloutState> Rollouts { get; private set; } = new Dictionary<string, RolloutState>();

    /// <summary>Follows rollouts; answers the versions that have the jobs of their model from now on.</summary>
    public IReadOnlyList<ModelVersionInfo> Follow(IReadOnlyDictionary<string, RolloutState> rollouts)
    {
        lock (_changing)
        {
            var before = Rollouts;
            var changed = Reroute(() => Rollouts = rollouts);
            foreach (var lane in _lanes.Values.Where(lane => lane.Settings.Rollout is not null && IsOther(lane.Info.Model, before)))
            {
                MoveAll(lane.GiveAway(job => job.Spec.Version is null && LaneOf(job) != lane), lane);
            }

            return changed;
        }
    }

    /// <summary>A version that is served here.</summary>
    public ModelLane? Find(string model, int version) => _lanes.GetValueOrDefault((model, version));

    /// <summary>Queues a job for its pinned version, else for the one that takes such jobs; false where none is served here.</summary>
    /// <param name="job">The job.</param>
    /// <param name="refusal">Why that version cannot run it; null where it is queued.</param>
    public bool TryEnqueue(HeldJob job, out JobError? refusal)
    {
        while (LaneOf(job) is { } lane)
        {
            if (lane.TryEnqueue(job, out refusal))
            {
                return true;
            }
        }

        refusal = null;
        return false;
    }

    /// <summary>Ends after the batches that run now, and unloads the models.</summary>
    public void Dispose()
    {
        // A run that does not end keeps its session: freeing it underneath would end the process in the middle.
        var ended = _devices.Values.Select(device => device.Complete()).ToList().TrueForAll(complete => complete);
        foreach (var lane in ended ? _lanes.Values : [])
        {
            lane.Close(stays: _ => true);
        }

        // Nothing is lent any more; what was lent is given back soon.
        SpinWait.SpinUntil(() => _lanes.Values.All(lane => lane.IsStill), LoanPatience);
        foreach (var lane in ended ? _lanes.Values.Where(lane => lane.IsStill) : [])
        {
            lane.Dispose();
        }

        _lanes.Clear();
        _default.Clear();
    }

    private static (string, int) KeyOf(ModelLane lane) => (lane.Info.Model, lane.Info.Version);

    private ModelLane? LaneOf(HeldJob job) =>
        job.Spec.Version is { } version ? _lanes.GetValueOrDefault((job.Spec.Model, version)) : CanaryOf(job) ?? _default.GetValueOrDefault(job.Spec.Model);

    /// <summary>The candidate, where the job is in its share. An administrator's choice comes first.</summary>
    private ModelLane? CanaryOf(HeldJob job) =>
        Rollouts.TryGetValue(job.Spec.Model, out var state) && state is { Stage: RolloutStage.Canary, Candidate: { } candidate } && !Chosen.ContainsKey(job.Spec.Model)
        && CanaryShare.Takes(job.Lease.Id.Text, state.Percent) && Find(job.Spec.Model, candidate) is { Settings.Rollout: not null } lane && lane.Info.Sha256 == state.Sha256 ? lane : null;

    private void Route(string model) => Route(model, [.. _lanes.Values.Where(lane => lane.Info.Model == model)]);

    private void Route(string model, List<ModelLane> lanes)
    {
        if (lanes.Count == 0)
        {
            _default.TryRemove(model, out _);
            return;
        }

        var current = _default.GetValueOrDefault(model);
        var settings = lanes.MaxBy(lane => lane.Info.Version)!.Settings;
        int? Here(int? version) => lanes.Exists(lane => lane.Info.Version == version) ? version : null;
        var wanted = Here(Chosen.TryGetValue(model, out var version) ? version : null)
            ?? Here(settings.Rollout is null ? null : Rollouts.GetValueOrDefault(model)?.Version) ?? settings.Versions.Default;
        var chosen = VersionRoute.Choose([.. lanes.Select(lane => lane.Info)], current?.Info, wanted);
        _default[model] = lanes.Find(lane => lane.Info.Version == chosen.Version)!;
        if (current is not null && current != _default[model])
        {
            MoveAll(current.GiveAway(job => job.Spec.Version is null), current);
        }
    }

    private bool IsOther(string model, IReadOnlyDictionary<string, RolloutState> before) =>
        Rollouts.TryGetValue(model, out var state) && !state.IsLike(before.GetValueOrDefault(model));

    private void MoveAll(IEnumerable<HeldJob> jobs, ModelLane from)
    {
        foreach (var job in jobs)
        {
            Move(job, from);
        }
    }

    private void Retire(ModelLane? lane)
    {
        if (lane is null)
        {
            return;
        }

        MoveAll(lane.Close(stays: job => LaneOf(job) is null), lane);
        // What is not in memory comes there no more.
        _ = lane.IsResident ? null : GiveUpAsync(lane);
        _ = UnloadAsync(lane);
    }

    /// <summary>What a first load found out may have changed what its waiting jobs are to it: each is looked at again.</summary>
    public void Readmit(ModelLane lane) => MoveAll(lane.GiveAway(_ => true), lane);

    private async Task GiveUpAsync(ModelLane lane)
    {
        await (services.Releaser?.ReleaseAsync(lane.GiveAway(_ => true)) ?? Task.CompletedTask);
        lane.GiveUp();
    }

    /// <summary>A job that does not fit the other version runs on the one that it came for.</summary>
    private void Move(HeldJob job, ModelLane from)
    {
        if (LaneOf(job) is not { } lane || !lane.TryEnqueue(job, out var refusal) || refusal is not null)
        {
            from.TakeBack(job);
        }
    }

    /// <summary>Once no job of its is held and nothing runs.</summary>
    private async Task UnloadAsync(ModelLane lane)
    {
        while (services.Held.Jobs.Any(job => job.Lane == lane) || !lane.IsStill)
        {
            await Task.Delay(Pause, services.Time);
        }

        lane.Leave();
        // To free the memory of a large model takes the processor for as long as a batch.
        await OwnThread.RunAsync(() => LowPriority.Run(lane.Dispose));
    }
}
