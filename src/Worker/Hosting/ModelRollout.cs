using QueueInference.Worker.Batching;
using QueueInference.Worker.Models;
using QueueInference.Worker.Models.Checking;

namespace QueueInference.Worker.Hosting;

/// <summary>Makes what is served what the repository holds, step by step, beside the traffic.</summary>
internal sealed class ModelRollout(
    ModelRepository repository, ModelLoader loader, ModelCheckProcess check, ServedModels served, ModelConsumers consumers, WorkerAnnouncer announcer,
    TimeProvider time, ILogger<ModelRollout> logger)
{
    /// <summary>How long a version stays for the messages of its queues that are still being taken.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly List<FoundVersion> _serving = [];
    private readonly Dictionary<FoundVersion, string> _failed = [];
    private HashSet<string> _seen = [];

    /// <summary>Looks once, and does what is to be done.</summary>
    /// <param name="isFirst">At start nothing is still being copied.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Whether something has changed.</returns>
    public async Task<bool> StepAsync(bool isFirst, CancellationToken cancellationToken)
    {
        var found = repository.Scan();
        if (IsGone(found))
        {
            Log.RepositoryGone(logger);
            return false;
        }

        var there = Keys(found);
        Forget(there);
        var changed = await Task.Run(() => LoadAll(found, isFirst ? there : _seen), cancellationToken);
        _seen = there;
        var over = Plan(found).Remove;
        await RemoveAsync(over);
        return changed || over.Count > 0;
    }

    private RolloutPlan Plan(IReadOnlyDictionary<string, FoundModel?> found) => RolloutPlan.Of(found, _serving, _failed.Keys, served.Chosen);

    private static HashSet<string> Keys(IReadOnlyDictionary<string, FoundModel?> found) =>
        [.. found.Values.OfType<FoundModel>().SelectMany(model => model.Versions).Select(Key)];

    /// <summary>Where one fails, the plan may be another.</summary>
    private bool LoadAll(IReadOnlyDictionary<string, FoundModel?> found, HashSet<string> still)
    {
        var changed = false;
        while (Plan(found).Load.Where(version => still.Contains(Key(version))).ToList() is { Count: > 0 } ready)
        {
            ready.ForEach(Load);
            changed = true;
        }

        check.Rest();
        return changed;
    }

    private static string Key(FoundVersion version) => $"{version.Model}/{version.Version} {version.Stamp}";

    /// <summary>A share that is not mounted looks like an empty folder.</summary>
    private bool IsGone(IReadOnlyDictionary<string, FoundModel?> found) => found.Count == 0 && _serving.Count > 0;

    /// <summary>What is not there any more has not failed.</summary>
    private void Forget(HashSet<string> there)
    {
        foreach (var version in _failed.Keys.Where(version => !there.Contains(Key(version))).ToList())
        {
            _failed.Remove(version);
        }

        Describe();
    }

    private void Describe() => announcer.Failures = _failed.GroupBy(pair => $"{pair.Key.Model}/{pair.Key.Version}").ToDictionary(group => group.Key, group => group.Last().Value);

    private void Load(FoundVersion version)
    {
        if (loader.Load(version, out var reason) is { } model)
        {
            served.Add(model);
            _serving.RemoveAll(other => (other.Model, other.Version) == (version.Model, version.Version));
            _serving.Add(version);
        }
        else
        {
            _failed[version] = reason!;
        }

        Describe();
    }

    /// <summary>Nothing new is taken for them first, or it would find nothing here; what was taken runs to its end.</summary>
    private async Task RemoveAsync(IReadOnlyList<FoundVersion> over)
    {
        if (over.Count == 0)
        {
            return;
        }

        _serving.RemoveAll(over.Contains);
        var goes = over.Select(version => (version.Model, version.Version)).ToHashSet();
        var stopped = consumers.KeepAsync(served.Versions.Where(version => !goes.Contains((version.Model, version.Version))));
        await Task.WhenAny(stopped, Task.Delay(Patience, time));
        foreach (var (model, version) in goes)
        {
            served.Remove(model, version);
            announcer.Leave(model, version);
            Log.Removed(logger, model, version);
        }
    }
}
