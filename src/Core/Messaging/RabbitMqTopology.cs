using System.Net.Security;
using RabbitMQ.Client;

namespace QueueInference.Core.Messaging;

/// <summary>
/// Declares exchanges and queues, and parks messages, on short-lived connections of its own: a connection that publishes is one that
/// the broker may stop reading from, so the one that acknowledges never does.
/// </summary>
internal sealed class RabbitMqTopology(Uri address)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    /// <summary>The arguments of every job queue; the consumer declares with the same ones.</summary>
    public static IReadOnlyDictionary<string, object> QueueArguments { get; } = new Dictionary<string, object>
    {
        // Attempts are counted in the store; the broker's own limit must never drop a job.
        ["x-delivery-limit"] = 10_000,
        ["x-dead-letter-exchange"] = QueueNames.Dead,
        // At-least-once dead-lettering needs both of these, or it silently is at-most-once.
        ["x-dead-letter-strategy"] = "at-least-once",
        ["x-overflow"] = "reject-publish",
    };

    /// <summary>Declares a job queue and where its dead letters go.</summary>
    public Task DeclareAsync(string queue, CancellationToken cancellationToken) => WithChannelAsync(async (channel, token) =>
    {
        await DeclareQueueAsync(channel, QueueNames.Dead, [], token);
        await DeclareQueueAsync(channel, queue, QueueArguments, token);
    }, cancellationToken);

    /// <summary>Publishes to the parking queue, confirmed.</summary>
    public Task ParkAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken) => WithChannelAsync(async (channel, token) =>
    {
        await DeclareQueueAsync(channel, QueueNames.Parked, [], token);
        await channel.BasicPublishAsync(QueueNames.Parked, "", mandatory: true, new BasicProperties { Persistent = true }, body, token);
    }, cancellationToken);

    private static async Task DeclareQueueAsync(
        IChannel channel, string name, IEnumerable<KeyValuePair<string, object>> arguments, CancellationToken cancellationToken)
    {
        var all = new Dictionary<string, object?> { ["x-queue-type"] = "quorum" };
        foreach (var (key, value) in arguments)
        {
            all[key] = value;
        }

        await channel.ExchangeDeclareAsync(name, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        await channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, all, cancellationToken: cancellationToken);
        await channel.QueueBindAsync(name, name, "", cancellationToken: cancellationToken);
    }

    private async Task WithChannelAsync(Func<IChannel, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Timeout);
        await using var connection = await Factory().CreateConnectionAsync("queueinference-topology", deadline.Token).WaitAsync(deadline.Token);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), deadline.Token);
        await work(channel, deadline.Token).WaitAsync(deadline.Token);
    }

    private ConnectionFactory Factory()
    {
        var factory = new ConnectionFactory
        {
            Uri = address,
            AutomaticRecoveryEnabled = false,
            RequestedConnectionTimeout = Timeout,
            ContinuationTimeout = Timeout,
        };
        factory.Ssl.AcceptablePolicyErrors = SslPolicyErrors.None;
        return factory;
    }
}
