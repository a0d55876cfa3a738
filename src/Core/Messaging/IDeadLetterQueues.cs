using QueueInference.Core.DeadLetters;

namespace QueueInference.Core.Messaging;

/// <summary>What lies on the broker in <see cref="QueueNames.Dead"/> and <see cref="QueueNames.Parked"/>.</summary>
public interface IDeadLetterQueues
{
    /// <summary>Opens them, for one reader; null where the transport has none.</summary>
    /// <exception cref="BrokerUnavailableException">The broker is away.</exception>
    Task<IDeadLetterReader?> OpenAsync(CancellationToken cancellationToken);
}

/// <summary>Fetches dead letters one by one. Each fetch may count as a delivery on the broker, so none is fetched without need.</summary>
/// <remarks>Every call throws <see cref="BrokerUnavailableException"/> when the broker is away; what was fetched and not settled then lies there again.</remarks>
public interface IDeadLetterReader : IAsyncDisposable
{
    /// <summary>How many wait.</summary>
    Task<long> CountAsync(CancellationToken cancellationToken);

    /// <summary>The next one; null where there is none.</summary>
    Task<FoundLetter?> FetchAsync(CancellationToken cancellationToken);

    /// <summary>The broker may forget it.</summary>
    Task SettleAsync(FoundLetter found, CancellationToken cancellationToken);
}

/// <summary>A letter in the hands of its reader.</summary>
/// <param name="Letter">What it is.</param>
/// <param name="Body">Its body.</param>
/// <param name="Tag">What the broker calls it on this connection.</param>
public sealed record FoundLetter(DeadLetter Letter, ReadOnlyMemory<byte> Body, ulong Tag);

/// <summary>Nothing survives this transport, so nothing is dead.</summary>
internal sealed class NoDeadLetterQueues : IDeadLetterQueues
{
    public Task<IDeadLetterReader?> OpenAsync(CancellationToken cancellationToken) => Task.FromResult<IDeadLetterReader?>(null);
}
