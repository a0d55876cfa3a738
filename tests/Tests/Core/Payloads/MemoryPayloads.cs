using QueueInference.Core.Payloads;
using QueueInference.Core.Store;

namespace QueueInference.Tests.Core.Payloads;

/// <summary>A payload store that can be made to fail.</summary>
internal sealed class MemoryPayloads : IPayloadStore
{
    public Dictionary<string, byte[]> Payloads { get; } = [];

    /// <summary>Thrown by the next calls, one each.</summary>
    public Queue<Exception> Faults { get; } = [];

    /// <summary>Calls so far.</summary>
    public int Calls { get; private set; }

    public static StoreUnavailableException Away => new(new IOException("away"));

    public async Task WriteAsync(string name, IAsyncEnumerable<ReadOnlyMemory<byte>> pieces, CancellationToken cancellationToken)
    {
        Call();
        using var all = new MemoryStream();
        await foreach (var piece in pieces.WithCancellation(cancellationToken))
        {
            all.Write(piece.Span);
        }

        Payloads[name] = all.ToArray();
    }

    public Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken)
    {
        Call();
        return Task.FromResult(Payloads.TryGetValue(name, out var bytes) ? new MemoryStream(bytes) : (Stream?)null);
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        Call();
        Payloads.Remove(name);
        return Task.CompletedTask;
    }

    private void Call()
    {
        Calls++;
        if (Faults.TryDequeue(out var fault))
        {
            throw fault;
        }
    }
}
