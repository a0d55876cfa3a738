using QueueInference.Core.Rollouts;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Models;
using QueueInference.Worker.Models.Checking;
using QueueInference.Worker.Models.Sources;
using QueueInference.Worker.Residency;
using QueueInference.Worker.Rollouts;

namespace QueueInference.Worker.Hosting;

/// <summary>Makes what is served what the repository holds, step by step, beside the traffic.</summary>
internal sealed class ModelRollout(
    IModelSource source, ModelRepository repository, ModelLoader loader, ModelCheckProcess check, RolloutDesk desk, ServedModels served, ModelConsumers consumers, WarmModels warm, ModelMemory memory, WorkerAnnouncer announcer,
    TimeProvider time, ILogger<ModelRollout> logger)
{
    /// <summary>How long a version stays for the messages of its queues that are still being taken.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly List<FoundVersion> _serving = [];
    private readonly FailedVersions _failed = new(time);
    private HashSet<string> _seen = [], _missed = [];
    private bool _begun;

    /// <summary>Looks once, and does what is to be done. What has come or gone is believed at the second look.</summary>
    /// <param name="isFirst">At start nothing is still being copied.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Whether something has changed.</returns>
    public async Task<bool> StepAsync(bool isFirst, CancellationToken cancellationToken)
    {
        await source.PullAsync(cancellationToken);
        var found = repository.Scan();
        if (IsGone(found))
        {
            Log.RepositoryGone(logger);
            return false;
        }

        var there = Keys(found);
        var broken = Learn();
        Forget(there);
        var changed = await LoadAllAsync(found, isFirst ? there : _seen, cancellationToken);
        (_seen, _begun) = (there, true);
        await AdmitAgainAsync(found, cancellationToken);
        var over = Over(found).Union(broken.Where(_serving.Contains)).ToList();
        await RemoveAsync(over);
        return changed || over.Count > 0;
    }

    private RolloutPlan Plan(IReadOnlyDictionary<string, FoundModel?> found) => RolloutPlan.Of(found, _serving, _failed.Refused, served.Chosen, served.Defaults, served.Rollouts);

    private static HashSet<string> Keys(IReadOnlyDictionary<string, FoundModel?> found) =>
        [.. found.Values.OfType<FoundModel>().SelectMany(model => model.Versions).Select(version => version.Key)];

    /// <summary>Where one fails, the plan may be another.</summary>
    private async Task<bool> LoadAllAsync(IReadOnlyDictionary<string, FoundModel?> found, HashSet<string> still, CancellationToken cancellationToken)
    {
        var changed = false;
        while (Plan(found).Load.Where(version => still.Contains(version.Key)).ToList() is { Count: > 0 } ready)
        {
            foreach (var version in ready)
            {
                await LoadAsync(version, There(found, version.Model), cancellationToken);
            }

            changed = true;
        }

        check.Rest();
        return changed;
    }

    private static int[] There(IReadOnlyDictionary<string, FoundModel?> found, string model) =>
        [.. (found.GetValueOrDefault(model)?.Versions ?? []).Select(version => version.Version)];

    /// <summary>What a version is to the others of its model changes when one of those goes, or an administrator has a rejection forgotten.</summary>
    private async Task AdmitAgainAsync(IReadOnlyDictionary<string, FoundModel?> found, CancellationToken cancellationToken)
    {
        foreach (var version in _serving.Where(version => version.Settings.Rollout is not null).ToList())
        {
            if (There(found, version.Model) is { Length: > 0 } there && served.Find(version.Model, version.Version) is { } lane && desk.Place(lane.Info, there, isFirst: false) is not null)
            {
                await desk.AdmitAsync(lane.Info, there, isFirst: false, cancellationToken);
            }
        }
    }

    /// <summary>A share that is not mounted looks like an empty folder.</summary>
    private bool IsGone(IReadOnlyDictionary<string, FoundModel?> found) => found.Count == 0 && _serving.Count > 0;

    /// <summary>What became of the versions that jobs waited for; answers those that cannot be loaded after all.</summary>
    private List<FoundVersion> Learn()
    {
        List<FoundVersion> broken = [];
        foreach (var (version, reason) in memory.TakeOutcomes())
        {
            if (reason is null)
            {
                _failed.Remove(version);
                broken.Remove(version);
            }
            else if (_serving.Contains(version))
            {
                broken.Add(version);
                _failed.Add(version, reason);
            }
        }

        return broken;
    }

    private void Forget(HashSet<string> there)
    {
        _failed.Keep(there);
        _failed.Forgive(version => served.Rollouts.GetValueOrDefault(version.Model)?.Rejections?.ContainsKey(version.Version) is true);
        foreach (var version in _serving.Where(version => version.Settings.Rollout is not null))
        {
            if (served.Find(version.Model, version.Version) is { } lane && desk.Rejection(lane.Info) is { } rejection)
            {
                _failed.Reject(version, rejection);
            }
        }

        announcer.Failures = _failed.Reasons;
    }

    private async Task LoadAsync(FoundVersion version, IReadOnlyList<int> there, CancellationToken cancellationToken)
    {
        var isLazy = memory.IsLazy(version);
        var (model, reason) = await (isLazy ? loader.DescribeAsync(version, cancellationToken) : loader.LoadAsync(version, isBeside: _begun, _begun ? Known(version) : null, cancellationToken));
        if (model is not null && memory.Refusal(model) is { } refusal)
        {
            model.Dispose();
            Log.Refused(logger, version.Model, version.Version, refusal);
            _failed.Add(version, refusal);
        }
        else if (model is not null && await AdmitAsync(model, there, cancellationToken) is { } rejection)
        {
            model.Dispose();
            _failed.Reject(version, rejection);
        }
        else if (model is not null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            served.Add(model);
            if (!isLazy)
            {
                _failed.Remove(version);
            }

            _serving.RemoveAll(other => (other.Model, other.Version) == (version.Model, version.Version));
            _serving.Add(version);
        }
        else
        {
            _failed.Add(version, reason!);
        }

        announcer.Failures = _failed.Reasons;
    }

    /// <summary>Another version of the model that serves by the same settings.</summary>
    private LoadedModel? Known(FoundVersion version) => served.Lanes.Where(lane => lane.Info.Model == version.Model && lane.IsResident)
        .Select(lane => lane.Model).FirstOrDefault(model => model.Place?.Found.SettingsStamp == version.SettingsStamp);

    private async Task<string?> AdmitAsync(LoadedModel model, IReadOnlyList<int> there, CancellationToken cancellationToken)
    {
        try
        {
            return model.Settings.Rollout is null ? null : await desk.AdmitAsync(model.Info, there, isFirst: !_begun, cancellationToken);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>What is to be served no longer. A file that is not there may be about to be put in place, or its share be away for a moment.</summary>
    private List<FoundVersion> Over(IReadOnlyDictionary<string, FoundModel?> found)
    {
        var over = Plan(found).Remove.ToLookup(version => RolloutPlan.IsAbsent(version, found));
        var (missing, before) = (over[true].Select(version => version.Key).ToHashSet(), _missed);
        _missed = missing;
        return [.. over[false], .. over[true].Where(version => before.Contains(version.Key))];
    }

    /// <summary>Nothing new is taken for them first, or it would find nothing here; what was taken runs to its end.</summary>
    private async Task RemoveAsync(List<FoundVersion> over)
    {
        if (over.Count == 0)
        {
            return;
        }

        _serving.RemoveAll(over.Contains);
        var goes = over.Select(version => (version.Model, version.Version)).ToHashSet();
        var stopped = consumers.KeepAsync(warm.Versions.Where(version => !goes.Contains((version.Model, version.Version))));
        await Task.WhenAny(stopped, Task.Delay(Patience, time));
        foreach (var (model, version) in goes)
        {
            served.Remove(model, version);
            announcer.Leave(model, version);
            Log.Removed(logger, model, version);
        }
    }
}
