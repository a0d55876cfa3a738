using System.Globalization;
using QueueInference.Contracts;
using QueueInference.Core.Drift;
using QueueInference.Core.Models;
using QueueInference.Core.Rollouts;
using QueueInference.Core.Store;
using QueueInference.Worker.Batching;

namespace QueueInference.Worker.Rollouts;

/// <summary>Lets new versions in step by step, together with the other workers.</summary>
internal sealed class RolloutDesk(
    RolloutStore store, DriftStore drift, ModelCatalogue catalogue, ServedModels served, ShadowTraffic shadow, WorkerIdentity worker, TimeProvider time, ILogger<RolloutDesk> logger) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    public void Dispose() => _turn.Dispose();

    /// <summary>Reads how everything stands, and follows it; answers the versions that have the jobs of their model from now on.</summary>
    public async Task<IReadOnlyList<ModelVersionInfo>> FollowAsync(CancellationToken cancellationToken)
    {
        // One at a time: nothing older may be followed after something newer.
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var changed = served.Follow(await store.GetAsync(cancellationToken));
            shadow.Follow(Pairs());
            return changed;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Tells what was measured here, and decides what is to be decided.</summary>
    public async Task DecideAsync(CancellationToken cancellationToken)
    {
        foreach (var (model, pair) in shadow.Pairs)
        {
            await store.AddAsync(model, pair.Since, worker.Id, pair.Tally, cancellationToken);
            var numbers = await NumbersAsync(model, pair, cancellationToken);
            if (served.Rollouts.GetValueOrDefault(model) is { IsUnderWay: true } state && state.Since == pair.Since
                && RolloutRules.Decide(pair.Candidate.Settings.Rollout!, state, numbers, Now()) is { } step)
            {
                var name = step.State.Stage switch { RolloutStage.Rejected => "rejected", RolloutStage.Canary => "canary", _ => "promoted" };
                var percent = step.State.Stage == RolloutStage.Serving ? 100 : step.State.Percent;
                await ChangeAsync(model, state, step.State, new(Now(), name, state.Candidate!.Value, state.Version, percent, step.Reason, numbers), cancellationToken);
            }
        }
    }

    private async Task<RolloutNumbers> NumbersAsync(string model, ShadowPair pair, CancellationToken cancellationToken)
    {
        var numbers = await store.NumbersAsync(model, pair.Since, cancellationToken);
        try
        {
            return numbers.Jobs < pair.Candidate.Settings.Rollout!.ShadowJobs ? numbers
                : numbers with { Drift = await drift.BetweenAsync(pair.Base.Info, numbers.Pairs, cancellationToken) };
        }
        catch (StoreUnavailableException)
        {
            // It may be another node of the store, and the other rules hold without it.
            return numbers;
        }
    }

    /// <summary>Finds the place of a version among those of its model, before it is served and again and again: why it has none, or null.</summary>
    /// <param name="info">The version.</param>
    /// <param name="there">The versions of the model in the repository, ascending.</param>
    /// <param name="isFirst">At the start of a worker: what it serves until now says nothing.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<string?> AdmitAsync(ModelVersionInfo info, IReadOnlyList<int> there, bool isFirst, CancellationToken cancellationToken)
    {
        try
        {
            await FollowAsync(cancellationToken);
            while (Rejection(info) is null && Place(info, there, isFirst) is { } place && (place.State.Stage != RolloutStage.Serving || await IsFreeAsync(info.Model, cancellationToken)))
            {
                var isMine = await ChangeAsync(info.Model, served.Rollouts.GetValueOrDefault(info.Model), place.State, place.Event, cancellationToken);
                await FollowAsync(cancellationToken);
                if (isMine)
                {
                    break;
                }
            }
        }
        catch (StoreFullException)
        {
            // It is workers that empty it: nothing is decided until it has room.
        }

        return Rejection(info);
    }

    /// <summary>Whether no worker serves the version that has the jobs: another one may have another repository.</summary>
    private async Task<bool> IsFreeAsync(string model, CancellationToken cancellationToken) => served.Rollouts.GetValueOrDefault(model) is not { } state
        || !(await catalogue.GetWorkersAsync(cancellationToken)).Any(worker => worker.Models.Contains(string.Create(CultureInfo.InvariantCulture, $"{model}/{state.Version}")));

    /// <summary>Why a version runs nothing any more; null where it was not rejected.</summary>
    public string? Rejection(ModelVersionInfo info) => served.Rollouts.GetValueOrDefault(info.Model)?.Rejection(info.Version, info.Sha256);

    /// <summary>What a version changes; null for nothing.</summary>
    public (RolloutState State, RolloutEvent Event)? Place(ModelVersionInfo info, IReadOnlyList<int> there, bool isFirst)
    {
        var state = served.Rollouts.GetValueOrDefault(info.Model);
        var before = state is not null && there.Contains(state.Version) ? state.Version
            : state is null && !isFirst && served.Defaults.TryGetValue(info.Model, out var version) && version < info.Version ? version
            : (int?)null;
        if (before is not { } number)
        {
            return info.Version != there[^1] ? null
                : (new(RolloutStage.Serving, info.Version, Since: Now()) { Rejections = state?.Rejections },
                    new(Now(), "adopted", info.Version, null, 100, "There is no other version to compare it with.", null));
        }

        var isCandidate = info.Version > number && !(state is { IsUnderWay: true } && (state.Candidate > info.Version || state.Sha256 == info.Sha256))
            && served.Find(info.Model, number) is { } @base && VersionRoute.Replaces(info.Signature, @base.Info.Signature);
        return isCandidate
            ? (new(RolloutStage.Shadow, number, info.Version, info.Sha256, 0, Now()) { Rejections = state?.Rejections }, new(Now(), "shadow", info.Version, number, 0, "It is new.", null))
            : null;
    }

    private async Task<bool> ChangeAsync(string model, RolloutState? before, RolloutState after, RolloutEvent @event, CancellationToken cancellationToken)
    {
        var isMine = await store.ChangeAsync(model, before, after, @event, cancellationToken);
        if (isMine)
        {
            Log.Decided(logger, model, @event.Version, @event.Event, @event.Percent, @event.Reason);
        }

        return isMine;
    }

    /// <summary>One that is compared already goes on.</summary>
    private Dictionary<string, ShadowPair> Pairs()
    {
        var pairs = new Dictionary<string, ShadowPair>();
        foreach (var (model, state) in served.Rollouts.Where(rollout => rollout.Value.IsUnderWay))
        {
            if (served.Find(model, state.Version) is { } @base && served.Find(model, state.Candidate!.Value) is { Settings.Rollout: not null } candidate
                && candidate.Info.Sha256 == state.Sha256 && VersionRoute.Replaces(candidate.Info.Signature, @base.Info.Signature))
            {
                var known = shadow.Pairs.GetValueOrDefault(model);
                pairs[model] = known is not null && (known.Since, known.Base, known.Candidate) == (state.Since, @base, candidate) ? known : new ShadowPair(state.Since, @base, candidate);
            }
        }

        return pairs;
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
