using QueueInference.Core.Store;

namespace QueueInference.Core.Payloads;

/// <summary>Keeps the bytes of tensors that are too large for a message or a record, each under a name that is used once.</summary>
/// <remarks>It knows nothing of jobs. What is to be deleted, and when, the <see cref="PayloadLedger"/> knows.</remarks>
public interface IPayloadStore
{
    /// <summary>Writes a payload; when this returns, all of it is there to be read. Before that, nothing of it is.</summary>
    /// <param name="name">ASCII letters and digits; written before, it is replaced.</param>
    /// <param name="pieces">At most <see cref="PayloadPieces.MaxBytes"/> each, valid until the next one is asked for. What they throw comes out as it is.</param>
    /// <param name="cancellationToken">Leaves at most what <see cref="DeleteAsync"/> removes.</param>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    /// <exception cref="StoreFullException">The store has no room.</exception>
    Task WriteAsync(string name, IAsyncEnumerable<ReadOnlyMemory<byte>> pieces, CancellationToken cancellationToken);

    /// <summary>Opens a payload for one reading from its start; null when it is not there. The stream ends early where bytes are lost.</summary>
    /// <exception cref="StoreUnavailableException">The store does not answer, here or while the stream is read.</exception>
    Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken);

    /// <summary>Removes a payload, also one that was never written to its end, or never at all.</summary>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    Task DeleteAsync(string name, CancellationToken cancellationToken);
}
