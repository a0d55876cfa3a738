using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace QueueInference.Worker.Models.Sources;

/// <summary>The folder into which a repository is pulled: of this process alone, and found again by the next one.</summary>
internal sealed class PullFolder : IDisposable
{
    private const string Staging = ".staging";
    private readonly FileStream _lock;

    private PullFolder(string root, FileStream @lock) => (Root, _lock) = (root, @lock);

    /// <summary>The folder.</summary>
    public string Root { get; }

    private string StagingRoot => Path.Combine(Root, Staging);

    /// <summary>Takes the first folder for this address that no other process has.</summary>
    /// <param name="below">The folder for all such folders.</param>
    /// <param name="address">The repository.</param>
    public static PullFolder Take(string below, string address)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address)))[..12];
        for (var number = 0; ; number++)
        {
            var root = Path.Combine(below, string.Create(CultureInfo.InvariantCulture, $"queueinference-models-{name}-{number}"));
            Directory.CreateDirectory(root);
            try
            {
                return new(root, new FileStream(root + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException && number < 100)
            {
                // Another worker on this machine, or another user.
            }
        }
    }

    /// <summary>What lies here.</summary>
    public IReadOnlyCollection<RemoteFile> Files() =>
    [
        .. Directory.CreateDirectory(Root).EnumerateFiles("*", SearchOption.AllDirectories)
            .Select(file => new RemoteFile(Path.GetRelativePath(Root, file.FullName).Replace(Path.DirectorySeparatorChar, '/'), file.Length, file.LastWriteTimeUtc))
            .Where(file => !file.Path.StartsWith(Staging, StringComparison.Ordinal)),
    ];

    /// <summary>Removes what an earlier pull has left unfinished.</summary>
    public void Clear()
    {
        if (Directory.Exists(StagingRoot))
        {
            Directory.Delete(StagingRoot, recursive: true);
        }
    }

    /// <summary>Puts a file in place at once.</summary>
    public async Task PutAsync(RemoteFile file, Func<string, Task> fetch)
    {
        var staged = Path.Combine(Directory.CreateDirectory(StagingRoot).FullName, "file");
        await fetch(staged);
        File.SetLastWriteTimeUtc(staged, file.ModifiedAt);
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(file.Path))!);
        File.Move(staged, PathOf(file.Path), overwrite: true);
        Clear();
    }

    /// <summary>Puts a version's folder in place at once. What is the same as before is not fetched again.</summary>
    public async Task PutAsync(IGrouping<string, RemoteFile> version, Func<RemoteFile, string, Task> fetch)
    {
        var (staged, target, known) = (Path.Combine(StagingRoot, version.Key), PathOf(version.Key), Files().ToHashSet());
        foreach (var file in version)
        {
            var path = Path.Combine(StagingRoot, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (known.Contains(file))
            {
                File.Copy(PathOf(file.Path), path);
            }
            else
            {
                await fetch(file, path);
            }

            File.SetLastWriteTimeUtc(path, file.ModifiedAt);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (Directory.Exists(target))
        {
            // A model that serves may have mapped these files: they go by name, and stay until it lets them go.
            Directory.Move(target, Path.Combine(StagingRoot, ".old"));
        }

        Directory.Move(staged, target);
        Clear();
    }

    /// <summary>Removes files, and the folders that they leave empty.</summary>
    public void Remove(IEnumerable<string> files)
    {
        // A version that was made anew may have lost some already.
        foreach (var file in files.Where(file => File.Exists(PathOf(file))))
        {
            File.Delete(PathOf(file));
            for (var folder = Path.GetDirectoryName(PathOf(file))!; folder != Root && Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any(); folder = Path.GetDirectoryName(folder)!)
            {
                Directory.Delete(folder);
            }
        }
    }

    public void Dispose() => _lock.Dispose();

    private string PathOf(string file) => Path.Combine(Root, file);
}
