using System.Text.RegularExpressions;

namespace QueueInference.Worker.Models.Sources;

/// <summary>A file of a repository that lies elsewhere.</summary>
/// <param name="Path">From the root of the repository, with slashes.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="ModifiedAt">When it was written, in whole seconds.</param>
internal sealed partial record RemoteFile(string Path, long Bytes, DateTime ModifiedAt)
{
    /// <summary>The version's folder, as <c>model/version</c>; null for a file that belongs to none.</summary>
    public string? Version => Path.Split('/') is [var model, var version, _, ..] ? $"{model}/{version}" : null;

    /// <summary>Whether it is a file of a repository, and can be no other: nothing above its root, nothing hidden.</summary>
    public bool IsAllowed => (Path.Split('/') is [_, ModelRepository.SettingsFile] || (Path.Split('/') is [_, var version, _, ..] && ModelRepository.VersionNumber(version) is not null)) && Array.TrueForAll(Path.Split('/'), NamePattern().IsMatch);

    [GeneratedRegex(@"\A[A-Za-z0-9_-][A-Za-z0-9._ -]{0,254}\z")]
    private static partial Regex NamePattern();
}
