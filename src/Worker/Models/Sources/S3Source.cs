using QueueInference.Core.Payloads;
using QueueInference.Core.Store;

namespace QueueInference.Worker.Models.Sources;

/// <summary>A repository below a prefix of a bucket, pulled into a folder. A version's folder appears, changes and goes as a whole.</summary>
/// <param name="objects">What lies there.</param>
/// <param name="address">The bucket and the prefix.</param>
/// <param name="cache">The folder.</param>
/// <param name="logger">Told what could not be pulled.</param>
internal sealed class S3Source(S3Objects objects, S3Address address, PullFolder cache, ILogger<S3Source> logger) : IModelSource, IDisposable
{
    public string Folder => cache.Root;

    public async Task PullAsync(CancellationToken cancellationToken)
    {
        try
        {
            await PullAllAsync(cancellationToken);
        }
        catch (Exception e) when (e is StoreUnavailableException or IOException or UnauthorizedAccessException && !cancellationToken.IsCancellationRequested)
        {
            var reason = (e.InnerException ?? e).Message;
            Log.NotPulled(logger, address.ToString(), reason, e);
            if (cache.Files().Count == 0)
            {
                throw new SourceUnavailableException($"The model repository {address} cannot be read: {reason}", e);
            }
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
        foreach (var file in plan.Settings)
        {
            await cache.PutAsync(file, target => FetchAsync(file, target, cancellationToken));
        }

        foreach (var version in plan.Versions)
        {
            await cache.PutAsync(version, (file, target) => FetchAsync(file, target, cancellationToken));
        }

        cache.Remove(plan.Gone);
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
