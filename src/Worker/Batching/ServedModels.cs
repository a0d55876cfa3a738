using System.Collections.Concurrent;
using QueueInference.Contracts;
using QueueInference.Worker.Jobs;

namespace QueueInference.Worker.Batching;

/// <summary>The batch loops of this worker, by model and version.</summary>
internal sealed class ServedModels : IDisposable
{
    private readonly ConcurrentDictionary<(string Model, int Version), BatchLoop> _loops = new();

    /// <summary>What is served.</summary>
    public IEnumerable<ModelVersionInfo> Versions => _loops.Values.Select(loop => loop.Info);

    public void Add(BatchLoop loop)
    {
        _loops[(loop.Info.Model, loop.Info.Version)] = loop;
        loop.Start();
    }

    /// <summary>Queues a job for its pinned version, else for the latest; answers why it cannot run here.</summary>
    public JobError? Enqueue(HeldJob job)
    {
        var version = job.Spec.Version ?? Versions.Where(info => info.Model == job.Spec.Model).Select(info => info.Version).DefaultIfEmpty().Max();
        return _loops.TryGetValue((job.Spec.Model, version), out var loop)
            ? loop.Enqueue(job)
            : new JobError(JobErrorCodes.VersionGone, "No worker holds this version any longer.");
    }

    public void Dispose()
    {
        foreach (var key in _loops.Keys)
        {
            if (_loops.TryRemove(key, out var loop))
            {
                loop.Dispose();
            }
        }
    }
}
