using System.Collections.Concurrent;
using QueueInference.Contracts;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Jobs;
using QueueInference.Worker.Models;

namespace QueueInference.Worker.Batching;

/// <summary>What this worker serves: a lane for each model version, a loop for each device. Versions come and go between two batches.</summary>
internal sealed class ServedModels(LaneServices services) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly object _changing = new();
    private readonly ConcurrentDictionary<(string Model, int Version), ModelLane> _lanes = new();
    private readonly ConcurrentDictionary<string, ModelLane> _default = new();
    private readonly ConcurrentDictionary<string, DeviceLoop> _devices = new();

    /// <summary>What is served, as it is to be announced now.</summary>
    public IEnumerable<ModelVersionInfo> Versions => _lanes.Values.Select(lane => lane.Describe() with { Default = _default.GetValueOrDefault(lane.Info.Model) == lane });

    /// <summary>What an administrator has chosen: versions by model.</summary>
    public IReadOnlyDictionary<string, int> Chosen { get; private set; } = new Dictionary<string, int>();

    /// <summary>Serves a version from now on, in place of the same one where that is there already, and unloads it in the end.</summary>
    public void Add(LoadedModel model)
    {
        var device = _devices.GetOrAdd(model.Runner.Device, name => new DeviceLoop(name, DeviceCapacity.Of(name), services.Time));
        var lane = new ModelLane(model, device, services);
        device.Add(lane);
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
    public IReadOnlyList<ModelVersionInfo> Prefer(IReadOnlyDictionary<string, int> chosen)
    {
        lock (_changing)
        {
            var before = _default.ToDictionary();
            Chosen = chosen;
            foreach (var model in before.Keys)
            {
                Route(model);
            }

            return [.. before.Where(pair => _default[pair.Key] != pair.Value).Select(pair => _default[pair.Key].Info)];
        }
    }

    /// <summary>Queues a job for its pinned version, else for the one that takes such jobs; answers why it cannot run here.</summary>
    public JobError? Enqueue(HeldJob job)
    {
        while (LaneOf(job) is { } lane)
        {
            if (lane.TryEnqueue(job, out var refusal))
            {
                return refusal;
            }
        }

        return new JobError(JobErrorCodes.VersionGone, "No worker holds this version any longer.");
    }

    /// <summary>Ends after the batches that run now, and unloads the models.</summary>
    public void Dispose()
    {
        // A run that does not end keeps its session: freeing it underneath would end the process in the middle.
        var ended = _devices.Values.Select(device => device.Complete()).ToList().TrueForAll(complete => complete);
        foreach (var lane in ended ? _lanes.Values : [])
        {
            lane.Dispose();
        }

        _lanes.Clear();
        _default.Clear();
    }

    private static (string, int) KeyOf(ModelLane lane) => (lane.Info.Model, lane.Info.Version);

    private ModelLane? LaneOf(HeldJob job) =>
        job.Spec.Version is { } version ? _lanes.GetValueOrDefault((job.Spec.Model, version)) : _default.GetValueOrDefault(job.Spec.Model);

    private void Route(string model)
    {
        var lanes = _lanes.Values.Where(lane => lane.Info.Model == model).ToList();
        if (lanes.Count == 0)
        {
            _default.TryRemove(model, out _);
            return;
        }

        var current = _default.GetValueOrDefault(model);
        var wanted = Chosen.TryGetValue(model, out var version) ? version : lanes.MaxBy(lane => lane.Info.Version)!.DefaultVersion;
        var chosen = VersionRoute.Choose([.. lanes.Select(lane => lane.Info)], current?.Info, wanted);
        _default[model] = lanes.Find(lane => lane.Info.Version == chosen.Version)!;
        if (current is not null && current != _default[model])
        {
            MoveAll(current.GiveAway(job => job.Spec.Version is null), current);
        }
    }

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
        _ = UnloadAsync(lane);
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
        while (!lane.IsStill || services.Held.Jobs.Any(job => job.Lane == lane))
        {
            await Task.Delay(Pause, services.Time);
        }

        lane.Leave();
        lane.Dispose();
    }
}
