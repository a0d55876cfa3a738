using QueueInference.Core.Payloads;
using QueueInference.Core.Store;

namespace QueueInference.Worker.Models.Sources;

/// <summary>A repository below a prefix of a bucket, pulled into a folder. A version's folder appears, changes and goes as a whole.</summary>
/// <param name="objects">What lies there.</param>
/// <param name="address">The bucket and the prefix.</param>
/// <param name="cache">The folder.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told what could not be pulled.</param>
internal sealed class S3Source(S3Objects objects, S3Address address, PullFolder cache, TimeProvider time, ILogger<S3Source> logger) : IModelSource, IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5), LongestPause = TimeSpan.FromMinutes(10);
    private readonly Dictionary<string, (TimeSpan Pause, DateTimeOffset Again)> _failed = [];

    public string Folder => cache.Root;

    public async Task PullAsync(CancellationToken cancellationToken)
    {
        var reason = await TryAsync(() => PullAllAsync(cancellationToken), cancellationToken);
        if (reason is not null && cache.Files().Count == 0)
        {
            throw new SourceUnavailableException($"The model repository {address} cannot be read: {reason}");
        }
    }

    public void Dispose()
    {
        objects.Dispose();
        cache.Dispose();
    }

    private async Task PullAllAsync(CancellationToken cancellationToken)
    {
        var there = (await objects.ListAsync(cancellationToken)).Select(found => new RemoteFile(found.Name, found.Bytes, WholeSeconds(found.ModifiedAt))).ToList();
        var plan = PullPlan.Of(there, cache.Files());
        cache.Clear();
        HashSet<string> behind = [];
        foreach (var file in plan.Settings)
        {
            await TryAsync(file.Path, behind, () => cache.PutAsync(file, target => FetchAsync(file, target, cancellationToken)), cancellationToken);
        }

        // Without its settings a version would be served by others.
        foreach (var version in plan.Versions.Where(version => !behind.Contains(ModelOf(version.Key))).ToList())
        {
            await TryAsync(version.Key, behind, () => cache.PutAsync(version, (file, target) => FetchAsync(file, target, cancellationToken)), cancellationToken);
        }

        // What is to take the place of something must be here first.
        cache.Remove(plan.Gone.Where(file => !behind.Contains(ModelOf(file))));
        if (behind.Count > 0 && cache.Files().Count == 0)
        {
            throw new IOException("None of its files can be fetched.");
        }
    }

    private static string ModelOf(string path) => path.Split('/')[0];

    /// <summary>What cannot be fetched keeps no other model back, and is tried again later and later.</summary>
    /// <param name="what">A file, or the folder of a version.</param>
    /// <param name="behind">The models of which something could not be fetched.</param>
    /// <param name="put">Fetches it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private async Task TryAsync(string what, HashSet<string> behind, Func<Task> put, CancellationToken cancellationToken)
    {
        var (pause, again) = _failed.GetValueOrDefault(what, (FirstPause, default));
        if (again <= time.GetUtcNow() && await TryAsync(put, cancellationToken) is null)
        {
            _failed.Remove(what);
            return;
        }

        behind.Add(ModelOf(what));
        if (again <= time.GetUtcNow())
        {
            cache.Clear();
            _failed[what] = (pause * 2 < LongestPause ? pause * 2 : LongestPause, time.GetUtcNow() + pause);
        }
    }

    /// <summary>Why it could not be done, which is logged; null where it was.</summary>
    private async Task<string?> TryAsync(Func<Task> pull, CancellationToken cancellationToken)
    {
        try
        {
            await pull();
            return null;
        }
        catch (Exception e) when (e is StoreUnavailableException or IOException or UnauthorizedAccessException && !cancellationToken.IsCancellationRequested)
        {
            var reason = (e.InnerException ?? e).Message;
            Log.NotPulled(logger, address.ToString(), reason, e);
            return reason;
        }
    }

    private async Task FetchAsync(RemoteFile file, string target, CancellationToken cancellationToken)
    {
        if (await objects.FetchAsync(file.Path, target, cancellationToken) != file.Bytes)
        {
            throw new IOException($"{file.Path} has changed while it was fetched.");
        }
    }

    private static DateTime WholeSeconds(DateTime utc) => new(utc.Ticks - (utc.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Utc);
}
