using System.Collections.Concurrent;
using QueueInference.Core.Models;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Jobs;

namespace QueueInference.Worker.Hosting;

/// <summary>Tells the catalogue that this worker lives, what it serves, and what nobody serves any more.</summary>
internal sealed class WorkerAnnouncer(
    ModelCatalogue catalogue, ServedModels served, ModelConsumers consumers, DrainRates rates, WorkerIdentity worker, InferenceOptions inference, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, bool> _left = new();
    private readonly long _startedAt = time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Why versions that lie in the repository are not served, by <c>model/version</c>.</summary>
    public IReadOnlyDictionary<string, string> Failures { get; set; } = new Dictionary<string, string>();

    /// <summary>A version was served until now, and is to be forgotten once nobody serves it.</summary>
    public void Leave(string model, int version) => _left[$"{model}/{version}"] = true;

    /// <summary>Says all of it. First that the worker lives: others must not take what it announces for something that nobody serves.</summary>
    public async Task SayAsync(CancellationToken cancellationToken)
    {
        var versions = served.Versions.ToList();
        versions.ForEach(version => _left.TryRemove(version.Name, out _));
        await catalogue.HeartbeatAsync(new WorkerInfo(worker.Id, _startedAt, [.. versions.Select(version => version.Name)], inference.ExecutionProviders)
        {
            DrainRates = rates.PerSecond(),
            Failures = Failures,
        }, cancellationToken);
        await catalogue.AnnounceAsync(versions, cancellationToken);
        var gone = await catalogue.PruneAsync(versions.Select(version => version.Model).ToHashSet(), _left.Keys.ToHashSet(), cancellationToken);
        _ = gone.Count > 0 ? consumers.ReadOutAsync(gone, () => served.Versions, cancellationToken) : null;
    }

    public Task LeaveAsync(CancellationToken cancellationToken) => catalogue.LeaveAsync(worker.Id, cancellationToken);
}
