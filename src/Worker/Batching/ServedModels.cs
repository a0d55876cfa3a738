using System.Collections.Concurrent;
using QueueInference.Contracts;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Jobs;
using QueueInference.Worker.Models;

namespace QueueInference.Worker.Batching;

/// <summary>What this worker serves: a lane for each model version, a loop for each device.</summary>
internal sealed class ServedModels(LaneServices services) : IDisposable
{
    private const int GpuThreads = 2;
    private readonly ConcurrentDictionary<(string Model, int Version), ModelLane> _lanes = new();
    private readonly ConcurrentDictionary<string, DeviceLoop> _devices = new();

    /// <summary>What is served, as it is to be announced now.</summary>
    public IEnumerable<ModelVersionInfo> Versions => _lanes.Values.Select(lane => lane.Describe());

    /// <summary>Serves a version from now on, and unloads it in the end.</summary>
    public void Add(LoadedModel model)
    {
        var device = _devices.GetOrAdd(model.Runner.Device,
            name => new DeviceLoop(name, name == ExecutionProviders.Cpu ? 1 : GpuThreads, services.Time));
        var lane = new ModelLane(model, device, services);
        _lanes[(lane.Info.Model, lane.Info.Version)] = lane;
        device.Add(lane);
    }

    /// <summary>Queues a job for its pinned version, else for the latest; answers why it cannot run here.</summary>
    public JobError? Enqueue(HeldJob job)
    {
        var version = job.Spec.Version ?? _lanes.Keys.Where(key => key.Model == job.Spec.Model).Select(key => key.Version).DefaultIfEmpty().Max();
        return _lanes.TryGetValue((job.Spec.Model, version), out var lane)
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
    }
}
