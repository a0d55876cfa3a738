using QueueInference.Core.Jobs;
using QueueInference.Core.Store;
using StackExchange.Redis;

namespace QueueInference.Core.Payloads;

/// <summary>Payloads in Redis, each a hash with a field for each piece, so that one key is all there is to delete.</summary>
/// <param name="redis">A connection of its own, which is disposed with this: a large piece must not delay the scripts.</param>
/// <param name="timeout">How long one piece may take.</param>
internal sealed class RedisPayloads(IConnectionMultiplexer redis, TimeSpan timeout) : IPayloadStore, IDisposable
{
    private readonly RedisStore _store = new(redis, new RedisStoreOptions(timeout));

    public async Task WriteAsync(string name, IAsyncEnumerable<ReadOnlyMemory<byte>> pieces, CancellationToken cancellationToken)
    {
        // Until all pieces are there the first one is missing, and with it the payload.
        byte[]? first = null;
        var index = 0;
        await foreach (var piece in pieces.WithCancellation(cancellationToken))
        {
            if (first is null)
            {
                first = piece.ToArray();
            }
            else
            {
                await SetAsync(name, index, piece, cancellationToken);
            }

            index++;
        }

        await SetAsync(name, 0, first ?? [], cancellationToken);
    }

    public async Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken)
    {
        var stream = new RedisPayloadStream(_store, Key(name));
        return await stream.BeginAsync(cancellationToken) ? stream : null;
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken) =>
        // Unlinked: hundreds of megabytes are freed without holding anybody up.
        _store.GuardAsync(redis => redis.ExecuteAsync("UNLINK", Key(name)), cancellationToken);

    public void Dispose() => redis.Dispose();

    /// <summary>The key of a payload.</summary>
    internal static RedisKey Key(string name) => JobKeys.Payload(PayloadLedger.Partition(name), name);

    private Task SetAsync(string name, int index, ReadOnlyMemory<byte> piece, CancellationToken cancellationToken) =>
        _store.GuardAsync(redis => redis.HashSetAsync(Key(name), index, piece), cancellationToken);
}
