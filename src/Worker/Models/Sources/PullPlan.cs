namespace QueueInference.Worker.Models.Sources;

/// <summary>What is to be done so that a folder holds what the repository elsewhere holds. Pure.</summary>
/// <param name="Versions">Folders of versions to be made anew, as <c>model/version</c>, each with all its files.</param>
/// <param name="Settings">Files of settings to be fetched.</param>
/// <param name="Gone">Files that are there no more.</param>
internal sealed record PullPlan(IReadOnlyList<IGrouping<string, RemoteFile>> Versions, IReadOnlyList<RemoteFile> Settings, IReadOnlyList<string> Gone)
{
    /// <summary>Compares sizes and times.</summary>
    /// <param name="there">What lies elsewhere. Nothing at all looks like a wrong address, and changes nothing.</param>
    /// <param name="here">What lies here.</param>
    public static PullPlan Of(IReadOnlyCollection<RemoteFile> there, IReadOnlyCollection<RemoteFile> here)
    {
        var (wanted, known) = (there.Where(file => file.IsAllowed).ToList(), here.ToHashSet());
        if (wanted.Count == 0)
        {
            return new([], [], []);
        }

        var gone = here.Select(file => file.Path).Except(wanted.Select(file => file.Path)).ToList();
        var lessened = here.Where(file => gone.Contains(file.Path)).Select(file => file.Version).ToHashSet();
        var versions = wanted.Where(file => file.Version is not null).GroupBy(file => file.Version!).Where(version => lessened.Contains(version.Key) || !version.All(known.Contains));
        return new([.. versions], [.. wanted.Where(file => file.Version is null && !known.Contains(file))], gone);
    }
}
