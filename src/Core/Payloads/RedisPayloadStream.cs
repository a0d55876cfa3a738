using QueueInference.Core.Store;
using StackExchange.Redis;

namespace QueueInference.Core.Payloads;

/// <summary>Reads the pieces of a payload one after another; the next is on its way while one is read.</summary>
internal sealed class RedisPayloadStream(RedisStore store, RedisKey key) : ReadStream
{
    private Lease<byte>? _piece;
    private Task<Lease<byte>?>? _next;
    private int _index, _offset;

    /// <summary>Reads the first piece; false when there is none.</summary>
    public Task<bool> BeginAsync(CancellationToken cancellationToken)
    {
        _next = FetchAsync(cancellationToken);
        return MoveAsync(cancellationToken);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _piece is null || (_offset == _piece.Length && !await MoveAsync(cancellationToken)))
        {
            return 0;
        }

        var count = Math.Min(buffer.Length, _piece.Length - _offset);
        _piece.Span.Slice(_offset, count).CopyTo(buffer.Span);
        _offset += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        _piece?.Dispose();
        _piece = null;
        // Nobody reads it any more: its memory goes back, and a fault is not reported as unseen.
        _ = LetGoAsync(_next);
        _next = null;
        base.Dispose(disposing);
    }

    private static async Task LetGoAsync(Task<Lease<byte>?>? next)
    {
        try
        {
            (next is null ? null : await next)?.Dispose();
        }
        catch (Exception)
        {
            // Whoever read has gone.
        }
    }

    private async Task<bool> MoveAsync(CancellationToken cancellationToken)
    {
        _piece?.Dispose();
        (_piece, _offset) = (null, 0);
        _piece = await _next!;
        _next = _piece is null ? null : FetchAsync(cancellationToken);
        return _piece is not null;
    }

    private Task<Lease<byte>?> FetchAsync(CancellationToken cancellationToken)
    {
        var index = _index++;
        return store.GuardAsync(redis => redis.HashGetLeaseAsync(key, index), cancellationToken);
    }
}
