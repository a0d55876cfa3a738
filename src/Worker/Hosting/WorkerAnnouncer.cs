using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using QueueInference.Contracts;
using QueueInference.Core.Models;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Jobs;

namespace QueueInference.Worker.Hosting;

/// <summary>Tells the catalogue that this worker lives, what it serves, and what nobody serves any more.</summary>
internal sealed class WorkerAnnouncer(
    ModelCatalogue catalogue, GoneVersions gone, ServedModels served, ModelConsumers consumers, DrainRates rates, WorkerIdentity worker, InferenceOptions inference,
    TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<string, bool> _left = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    /// <summary>Why versions that lie in the repository are not served, by <c>model/version</c>.</summary>
    public IReadOnlyDictionary<string, string> Failures { get; set; } = new Dictionary<string, string>();

    /// <summary>A version was served until now, and is to be forgotten once nobody serves it.</summary>
    public void Leave(string model, int version) => _left[$"{model}/{version}"] = true;

    /// <summary>Says all of it, one at a time: nothing older may be said after something newer.</summary>
    public async Task SayAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await SayInTurnAsync(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>For the gauge of versions: what serves, and what does not.</summary>
    public IEnumerable<Measurement<long>> Measure() => served.Versions
        .Select(version => One(version.Model, $"{version.Version}", version.Default is true ? "default" : "served"))
        .Concat(Failures.Keys.Select(name => name.Split('/')).Select(parts => One(parts[0], parts[1], "failed")));

    public Task LeaveAsync(CancellationToken cancellationToken) => catalogue.LeaveAsync(worker.Id, cancellationToken);

    public void Dispose() => _turn.Dispose();

    /// <summary>First that the worker lives: others must not take what it announces for something that nobody serves.</summary>
    private async Task SayInTurnAsync(CancellationToken cancellationToken)
    {
        var left = _left.Keys.ToHashSet();
        var versions = served.Versions.ToList();
        left.ExceptWith(versions.Select(version => version.Name));
        await catalogue.HeartbeatAsync(new WorkerInfo(worker.Id, _startedAt.ToUnixTimeMilliseconds(), [.. versions.Select(version => version.Name)], inference.ExecutionProviders)
        {
            DrainRates = rates.PerSecond(),
            Failures = Failures,
        }, cancellationToken);
        await catalogue.AnnounceAsync(versions, cancellationToken);
        await FollowGoneAsync(versions, left, cancellationToken);
    }

    /// <summary>What this worker left is judged once: if another serves it still, the last of those will.</summary>
    private async Task FollowGoneAsync(List<ModelVersionInfo> versions, HashSet<string> left, CancellationToken cancellationToken)
    {
        var models = versions.Select(version => version.Model).ToHashSet();
        await catalogue.PruneAsync(models, left, time.GetUtcNow() - _startedAt, cancellationToken);
        foreach (var name in left.Where(name => models.Contains(Parse(name).Model)))
        {
            _left.TryRemove(name, out _);
        }

        consumers.ReadOut((await gone.GetAsync(cancellationToken)).Select(Parse).Where(version => models.Contains(version.Model)), cancellationToken);
    }

    private static (string Model, int Version) Parse(string name) =>
        name.Split('/') is [var model, var version] && int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (model, number) : ("", 0);

    private static Measurement<long> One(string model, string version, string state) =>
        new(1, new KeyValuePair<string, object?>("model", model), new("version", version), new("state", state));
}
