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
    /// <param name="defaults">Versions that an administrator has chosen, by model: they are served besides those that the settings choose.</param>
    public static RolloutPlan Of(
        IReadOnlyDictionary<string, FoundModel?> found, IReadOnlyCollection<FoundVersion> served, IReadOnlyCollection<FoundVersion> failed,
        IReadOnlyDictionary<string, int>? defaults = null)
    {
        IEnumerable<FoundVersion> Wanted(FoundModel model) => Chosen(model, failed, defaults?.GetValueOrDefault(model.Name));
        var load = found.Values.OfType<FoundModel>().SelectMany(Wanted).Where(version => !served.Any(other => IsSame(version, other))).ToList();
        var remove = served.Where(version => !found.TryGetValue(version.Model, out var model) || (model is not null && IsOver(version, model, load, Wanted(model), failed))).ToList();
        return new RolloutPlan(load, remove);
    }

    /// <summary>Whether two are the same files.</summary>
    public static bool IsSame(FoundVersion version, FoundVersion other) =>
        (version.Model, version.Version, version.Stamp) == (other.Model, other.Version, other.Stamp);

    private static IEnumerable<FoundVersion> Chosen(FoundModel model, IReadOnlyCollection<FoundVersion> failed, int? @default)
    {
        var good = model.Versions.Where(version => !failed.Any(other => IsSame(version, other))).ToList();
        var chosen = model.Settings.Versions.Choose([.. good.Select(version => version.Version)]).ToHashSet();
        return good.Where(version => chosen.Contains(version.Version) || version.Version == @default);
    }

    /// <summary>A version whose folder is gone; or one that others replace, once all of those are served.</summary>
    private static bool IsOver(FoundVersion served, FoundModel model, List<FoundVersion> load, IEnumerable<FoundVersion> wanted, IReadOnlyCollection<FoundVersion> failed) =>
        model.Versions.All(version => version.Version != served.Version)
        || (!load.Exists(version => version.Model == served.Model) && wanted.All(version => version.Version != served.Version)
            && !failed.Any(version => version.Model == served.Model && version.Version == served.Version));
}
