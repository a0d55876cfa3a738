using QueueInference.Api.Problems;
using QueueInference.Contracts;
using QueueInference.Core.Drift;
using QueueInference.Core.Jobs;
using QueueInference.Core.Models;
using QueueInference.Core.Rollouts;
using QueueInference.Core.Store;

namespace QueueInference.Api.Models;

/// <summary>A model as it is now.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Versions">Its versions.</param>
/// <param name="Failures">Why other versions are not served, by version, as some worker says.</param>
/// <param name="Holders">How many workers serve each version: so far a rollout has come.</param>
/// <param name="Rollout">How far a candidate has come; null where none was compared.</param>
/// <param name="Numbers">What was measured of it in this stage.</param>
/// <param name="Workers">How many workers serve it.</param>
/// <param name="JobsPerSecond">How fast they finish its jobs while there are any; null where none has ended yet.</param>
/// <param name="QueueDepth">Jobs that wait.</param>
/// <param name="OldestSeconds">How long the first of them has waited.</param>
internal sealed record ModelStatus(
    string Name, IReadOnlyList<ModelVersionInfo> Versions, IReadOnlyDictionary<string, string> Failures, IReadOnlyDictionary<int, int> Holders, RolloutState? Rollout, RolloutNumbers? Numbers,
    int Workers, double? JobsPerSecond, long QueueDepth, double OldestSeconds)
{
    /// <summary>How long a job that comes now will wait; null where no worker serves the model. Until something is measured, as long as the oldest has.</summary>
    public double? EstimatedWaitSeconds => Workers == 0 ? null : QueueDepth / JobsPerSecond ?? OldestSeconds;
}

/// <summary>Puts together what workers announce and what waits.</summary>
internal sealed class ModelStatusReader(ModelDirectory directory, ModelCatalogue catalogue, RolloutStore rollouts, DriftStore drift, JobReads reads, TimeProvider time)
{
    /// <summary>One model, or all of them by name.</summary>
    public async Task<IReadOnlyList<ModelStatus>> ReadAsync(string? model, CancellationToken cancellationToken)
    {
        try
        {
            var versions = await directory.ListAsync(cancellationToken);
            var workers = await catalogue.GetWorkersAsync(cancellationToken);
            var states = await rollouts.GetAsync(cancellationToken);
            var wanted = versions.Where(version => model is null || version.Model == model).GroupBy(version => version.Model).OrderBy(group => group.Key, StringComparer.Ordinal);
            return await Task.WhenAll(wanted.Select(group => ReadOneAsync(group, workers, states.GetValueOrDefault(group.Key), cancellationToken)));
        }
        catch (StoreUnavailableException)
        {
            throw new ProblemException(Submitting.SubmitProblems.StoreUnavailable);
        }
    }

    private async Task<ModelStatus> ReadOneAsync(IGrouping<string, ModelVersionInfo> group, IReadOnlyList<WorkerInfo> workers, RolloutState? state, CancellationToken cancellationToken)
    {
        var (depth, oldest) = await reads.GetQueueAsync(group.Key, cancellationToken);
        var numbers = state?.IsUnderWay is true ? await NumbersAsync(group, state, cancellationToken) : null;
        var age = oldest is { } since ? Math.Max(0, time.GetUtcNow().ToUnixTimeMilliseconds() - since) / 1000d : 0;
        return new ModelStatus(group.Key, [.. group.OrderBy(version => version.Version)], Failures(group.Key, workers),
            group.ToDictionary(version => version.Version, version => workers.Count(worker => worker.Models.Contains(version.Name))),
            state, numbers, workers.Count(worker => worker.Serves(group.Key)), DrainRates.Sum(workers, group.Key), depth, age);
    }

    private async Task<RolloutNumbers> NumbersAsync(IGrouping<string, ModelVersionInfo> group, RolloutState state, CancellationToken cancellationToken)
    {
        var numbers = await rollouts.NumbersAsync(group.Key, state.Since, cancellationToken);
        return group.FirstOrDefault(version => version.Version == state.Version) is { } before
            ? numbers with { Drift = await drift.BetweenAsync(before, numbers.Pairs, cancellationToken) } : numbers;
    }

    private static SortedDictionary<string, string> Failures(string model, IEnumerable<WorkerInfo> workers)
    {
        var failures = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, reason) in workers.SelectMany(worker => worker.Failures ?? new Dictionary<string, string>()))
        {
            if (name.StartsWith(model + "/", StringComparison.Ordinal))
            {
                failures[name[(model.Length + 1)..]] = reason;
            }
        }

        return failures;
    }
}
