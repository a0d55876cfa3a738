using QueueInference.Core.Rollouts;

namespace QueueInference.Worker.Models;

/// <summary>What is to be done so that what is served becomes what the repository holds. Pure.</summary>
/// <param name="Load">To be loaded, one after the other.</param>
/// <param name="Remove">To be served no longer.</param>
internal sealed record RolloutPlan(IReadOnlyList<FoundVersion> Load, IReadOnlyList<FoundVersion> Remove)
{
    /// <summary>Compares. A version that failed is as good as not there, so that the one before it stays, or comes back.</summary>
    /// <param name="found">The repository now; a model whose folder could not be read is null.</param>
    /// <param name="served">What is served.</param>
    /// <param name="failed">What could not be.</param>
    /// <param name="chosen">Versions that an administrator has chosen, by model: they are served besides those that the settings choose.</param>
    /// <param name="defaults">Versions that have the jobs which name none, by model: one stays until another takes those jobs.</param>
    /// <param name="rollouts">How rollouts stand, by model: a candidate and the version that it is compared with are served too.</param>
    public static RolloutPlan Of(
        IReadOnlyDictionary<string, FoundModel?> found, IReadOnlyCollection<FoundVersion> served, IReadOnlyCollection<FoundVersion> failed,
        IReadOnlyDictionary<string, int>? chosen = null, IReadOnlyDictionary<string, int>? defaults = null, IReadOnlyDictionary<string, RolloutState>? rollouts = null)
    {
        RolloutState? Rollout(FoundModel model) => model.Settings.Rollout is null ? null : rollouts?.GetValueOrDefault(model.Name);
        IEnumerable<FoundVersion> Wanted(FoundModel model) => Chosen(
            model, failed, chosen?.GetValueOrDefault(model.Name), Rollout(model)?.Version, Rollout(model) is { IsUnderWay: true } state ? state.Candidate : null);
        bool IsDefault(FoundVersion version) => defaults?.GetValueOrDefault(version.Model) == version.Version && !failed.Any(other => IsSame(version, other));
        var load = found.Values.OfType<FoundModel>().SelectMany(Wanted).Where(version => !served.Any(other => IsSame(version, other))).ToList();
        var remove = served.Where(version => IsAbsent(version, found)
            || (found[version.Model] is { } model && !IsDefault(version) && IsReplaced(version, load, Wanted(model), failed))).ToList();
        return new RolloutPlan(load, remove);
    }

    /// <summary>Whether two are the same files.</summary>
    public static bool IsSame(FoundVersion version, FoundVersion other) =>
        (version.Model, version.Version, version.Stamp) == (other.Model, other.Version, other.Stamp);

    private static IEnumerable<FoundVersion> Chosen(FoundModel model, IReadOnlyCollection<FoundVersion> failed, params int?[] besides)
    {
        var good = model.Versions.Where(version => !failed.Any(other => IsSame(version, other))).ToList();
        var chosen = model.Settings.Versions.Choose([.. good.Select(version => version.Version)]).ToHashSet();
        return good.Where(version => chosen.Contains(version.Version) || besides.Contains(version.Version));
    }

    /// <summary>Whether its folder is not there. One that cannot be read may well be.</summary>
    public static bool IsAbsent(FoundVersion served, IReadOnlyDictionary<string, FoundModel?> found) =>
        !found.TryGetValue(served.Model, out var model) || (model is not null && model.Versions.All(version => version.Version != served.Version));

    /// <summary>Whether all that is wanted in its place is served.</summary>
    private static bool IsReplaced(FoundVersion served, List<FoundVersion> load, IEnumerable<FoundVersion> wanted, IReadOnlyCollection<FoundVersion> failed) =>
        !load.Exists(version => version.Model == served.Model) && wanted.All(version => version.Version != served.Version)
        && !failed.Any(version => version.Model == served.Model && version.Version == served.Version && !IsSame(version, served));
}
