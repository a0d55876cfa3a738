namespace QueueInference.Core.Messaging;

/// <summary>The broker as the rest of the product sees it: groups of jobs as opaque bytes.</summary>
public interface IJobBus
{
    /// <summary>Whether a message given back, or held by a process that died, is delivered again by the broker.</summary>
    bool Redelivers { get; }

    /// <summary>Whether the connection stands.</summary>
    bool Connected { get; }

    /// <summary>Publishes one message; when this returns, the broker has confirmed it and a queue has it.</summary>
    /// <exception cref="BrokerUnavailableException">Not confirmed before the token ended: whether it arrived is unknown.</exception>
    Task PublishAsync(string queue, byte[] body, CancellationToken cancellationToken);

    /// <summary>Shows that the broker takes messages.</summary>
    /// <exception cref="BrokerUnavailableException">It does not.</exception>
    Task ProbeAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Takes messages until disposed, at most <paramref name="prefetch"/> at a time. A handler that returns acknowledges;
    /// one that throws <see cref="GiveBackException"/> puts the message back.
    /// </summary>
    Task<IAsyncDisposable> SubscribeAsync(string queue, int prefetch, Func<Delivery, Task> handler, CancellationToken cancellationToken);

    /// <summary>Which of these queues have messages that nobody holds; a queue that is not there has none.</summary>
    /// <exception cref="BrokerUnavailableException">The broker does not say.</exception>
    Task<IReadOnlyCollection<string>> WithMessagesAsync(IReadOnlyCollection<string> queues, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyCollection<string>>([]);

    /// <summary>Moves a message that this build cannot read to <see cref="QueueNames.Parked"/>, with the reason.</summary>
    Task ParkAsync(Delivery delivery, string reason, CancellationToken cancellationToken);
}

/// <summary>One message in the hands of a handler, from a queue. A redelivery has the same <paramref name="MessageId"/>.</summary>
public sealed record Delivery(string Queue, string MessageId, ReadOnlyMemory<byte> Body);

/// <summary>Thrown by a handler to put its message back into the queue.</summary>
public sealed class GiveBackException(string reason) : Exception(reason);

/// <summary>The broker did not confirm in time, or cannot be reached.</summary>
public sealed class BrokerUnavailableException(Exception inner) : Exception("The broker did not confirm the message.", inner);
