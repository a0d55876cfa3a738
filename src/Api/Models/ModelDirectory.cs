using QueueInference.Contracts;
using QueueInference.Core.Models;
using QueueInference.Core.Store;

namespace QueueInference.Api.Models;

/// <summary>The catalogue as this Api last read it. A miss reads again, but not more often than every half second.</summary>
internal sealed class ModelDirectory(ModelCatalogue catalogue, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5), Pause = TimeSpan.FromMilliseconds(500);
    private readonly SemaphoreSlim _reading = new(1);
    private IReadOnlyList<ModelVersionInfo> _versions = [];
    private long? _readAt;
    private StoreUnavailableException? _failure;
    private long _failedAt;

    /// <summary>A version, or the latest; null when no worker ever announced it.</summary>
    public async ValueTask<ModelVersionInfo?> FindAsync(string model, int? version, CancellationToken cancellationToken)
    {
        await RefreshAsync(() => IsOlderThan(Fresh), cancellationToken);
        if (Find(model, version) is { } found)
        {
            return found;
        }

        // A worker may have announced it since: «not found» is said only after a read that began after the question.
        var asked = time.GetTimestamp();
        await RefreshAsync(() => !(_readAt > asked), cancellationToken);
        return Find(model, version);
    }

    /// <summary>Every version known.</summary>
    public async Task<IReadOnlyList<ModelVersionInfo>> ListAsync(CancellationToken cancellationToken)
    {
        await RefreshAsync(() => IsOlderThan(Pause), cancellationToken);
        return _versions;
    }

    public void Dispose() => _reading.Dispose();

    private ModelVersionInfo? Find(string model, int? version) => _versions
        .Where(info => info.Model == model && (version is null || info.Version == version)).MaxBy(info => (info.Default is true, info.Version));

    /// <summary>Callers read in turn, so that one read answers all that waited for it, and not more often than every <see cref="Pause"/>.</summary>
    private async ValueTask RefreshAsync(Func<bool> isDue, CancellationToken cancellationToken)
    {
        if (!isDue())
        {
            return;
        }

        await _reading.WaitAsync(cancellationToken);
        try
        {
            if (isDue())
            {
                await RestAsync(cancellationToken);
                await ReadAsync(cancellationToken);
            }
        }
        finally
        {
            _reading.Release();
        }
    }

    private async Task RestAsync(CancellationToken cancellationToken)
    {
        if (_versions.Count > 0 && _readAt is { } read && Pause - time.GetElapsedTime(read) is { Ticks: > 0 } left)
        {
            await Task.Delay(left, time, cancellationToken);
        }
    }

    /// <summary>A store that is away is asked by one caller, and not again at once: the others are told.</summary>
    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        if (_failure is { } last && time.GetElapsedTime(_failedAt) < Pause)
        {
            throw new StoreUnavailableException(last);
        }

        var began = time.GetTimestamp();
        try
        {
            _versions = await catalogue.GetVersionsAsync(cancellationToken);
            (_readAt, _failure) = (began, null);
        }
        catch (StoreUnavailableException e)
        {
            (_failure, _failedAt) = (e, time.GetTimestamp());
            throw;
        }
    }

    // An empty catalogue is read each time: the first worker may be announced already, and with it the host is ready.
    private bool IsOlderThan(TimeSpan age) => _versions.Count == 0 || _readAt is not { } read || time.GetElapsedTime(read) > age;
}
