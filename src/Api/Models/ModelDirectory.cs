using QueueInference.Contracts;
using QueueInference.Core.Models;

namespace QueueInference.Api.Models;

/// <summary>The catalogue as this Api last read it. A miss reads again, but not more often than every half second.</summary>
internal sealed class ModelDirectory(ModelCatalogue catalogue, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5), MissPause = TimeSpan.FromMilliseconds(500);
    private readonly SemaphoreSlim _reading = new(1);
    private IReadOnlyList<ModelVersionInfo> _versions = [];
    private long? _readAt;

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
                _versions = await catalogue.GetVersionsAsync(cancellationToken);
                _readAt = time.GetTimestamp();
            }
        }
        finally
        {
            _reading.Release();
        }
    }

    // An empty catalogue is read each time: the first worker may be announced already, and with it the host is ready.
    private bool IsOlderThan(TimeSpan age) => _versions.Count == 0 || _readAt is not { } read || time.GetElapsedTime(read) > age;
}
