using QueueInference.Core.Store;

namespace QueueInference.Core.Payloads;

/// <summary>Reads from a file or a connection whose faults are those of the payload store.</summary>
internal sealed class GuardedStream(Stream inner) : ReadStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await inner.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException(e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }
}
