using System.Collections.Concurrent;
using QueueInference.Contracts;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Jobs;
using QueueInference.Worker.Models;

namespace QueueInference.Worker.Batching;

/// <summary>What this worker serves: a lane for each model version, a loop for each device.</summary>
internal sealed class ServedModels(LaneServices services) : IDisposable
{
    private readonly ConcurrentDictionary<(string Model, int Version), ModelLane> _lanes = new();
    private readonly ConcurrentDictionary<string, ModelLane> _latest = new();
    private readonly ConcurrentDictionary<string, DeviceLoop> _devices = new();

    /// <summary>What is served, as it is to be announced now.</summary>
    public IEnumerable<ModelVersionInfo> Versions => _lanes.Values.Select(lane => lane.Describe());

    /// <summary>Serves a version from now on, and unloads it in the end.</summary>
    public void Add(LoadedModel model)
    {
        var device = _devices.GetOrAdd(model.Runner.Device,
            name => new DeviceLoop(name, DeviceCapacity.Of(name), services.Time));
        var lane = new ModelLane(model, device, services);
        _lanes[(lane.Info.Model, lane.Info.Version)] = lane;
        _latest.AddOrUpdate(lane.Info.Model, lane, (_, other) => other.Info.Version > lane.Info.Version ? other : lane);
        device.Add(lane);
    }

    /// <summary>Queues a job for its pinned version, else for the latest; answers why it cannot run here.</summary>
    public JobError? Enqueue(HeldJob job)
    {
        var lane = job.Spec.Version is { } version ? _lanes.GetValueOrDefault((job.Spec.Model, version)) : _latest.GetValueOrDefault(job.Spec.Model);
        return lane is not null
            ? lane.Enqueue(job)
            : new JobError(JobErrorCodes.VersionGone, "No worker holds this version any longer.");
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
        _latest.Clear();
    }
}
