using QueueInference.Contracts;
using QueueInference.Core.Models;
using QueueInference.Core.Store;

namespace QueueInference.Api.Models;

/// <summary>The catalogue as this Api last read it. A miss reads again, but not more often than every half second.</summary>
internal sealed class ModelDirectory(ModelCatalogue catalogue, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5), MissPause = TimeSpan.FromMilliseconds(500);
    private readonly SemaphoreSlim _reading = new(1);
    private IReadOnlyList<ModelVersionInfo> _versions = [];
    private long? _readAt;
    private StoreUnavailableException? _failure;
    private long _failedAt;

    /// <summary>A version, or the latest; null when no worker ever announced it.</summary>
    public async ValueTask<ModelVersionInfo?> FindAsync(string model, int? version, CancellationToken cancellationToken)
    {
        await RefreshAsync(Fresh, cancellationToken);
        if (Find(model, version) is { } found)
        {
            return found;
        }

        await RefreshAsync(MissPause, cancellationToken);
        return Find(model, version);
    }

    /// <summary>Every version known.</summary>
    public async Task<IReadOnlyList<ModelVersionInfo>> ListAsync(CancellationToken cancellationToken)
    {
        await RefreshAsync(MissPause, cancellationToken);
        return _versions;
    }

    public void Dispose() => _reading.Dispose();

    private ModelVersionInfo? Find(string model, int? version) => _versions
        .Where(info => info.Model == model && (version is null || info.Version == version)).MaxBy(info => info.Version);

    private async ValueTask RefreshAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        if (!IsOlderThan(age))
        {
            return;
        }

        await _reading.WaitAsync(cancellationToken);
        try
        {
            if (IsOlderThan(age))
            {
                await ReadAsync(cancellationToken);
            }
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>A store that is away is asked by one caller at a time, and not again at once: the others go on with what is known, or are told.</summary>
    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        if (_failure is { } last && time.GetElapsedTime(_failedAt) < MissPause)
        {
            throw new StoreUnavailableException(last);
        }

        try
        {
            _versions = await catalogue.GetVersionsAsync(cancellationToken);
            (_readAt, _failure) = (time.GetTimestamp(), null);
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
