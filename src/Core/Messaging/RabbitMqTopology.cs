using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace QueueInference.Core.Messaging;

/// <summary>
/// Declares exchanges and queues, and parks messages, on short-lived connections of its own: a connection that publishes is one that
/// the broker may stop reading from, so the one that acknowledges never does.
/// </summary>
internal sealed partial class RabbitMqTopology(BrokerNodes nodes, TimeProvider time, ILogger<RabbitMqTopology> logger)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    /// <summary>More deliveries than any message has, and on every version of the broker the same: without it those since 4.0 drop one after 20.</summary>
    private const int DeliveryLimit = 10_000;

    private readonly ConcurrentDictionary<string, bool> _told = new();

    /// <summary>The arguments of every job queue; the consumer declares with the same ones.</summary>
    public static IReadOnlyDictionary<string, object> QueueArguments { get; } = new Dictionary<string, object>
    {
        // Attempts are counted in the store; the broker's own limit must never drop a job.
        ["x-delivery-limit"] = DeliveryLimit,
        ["x-dead-letter-exchange"] = QueueNames.Dead,
        // At-least-once dead-lettering needs both of these, or it silently is at-most-once.
        ["x-dead-letter-strategy"] = "at-least-once",
        ["x-overflow"] = "reject-publish",
    };

    /// <summary>The arguments of the queues of dead letters, which have no others to go to.</summary>
    public static IReadOnlyDictionary<string, object> LetterArguments { get; } = new Dictionary<string, object> { ["x-delivery-limit"] = DeliveryLimit };

    /// <summary>Declares a job queue and where its dead letters go.</summary>
    /// <exception cref="QueueMismatchException">The queue is there with other arguments; the log has it too.</exception>
    public async Task DeclareAsync(string queue, CancellationToken cancellationToken)
    {
        try
        {
            await WithConnectionAsync(async (connection, token) =>
            {
                await DeclareLettersAsync(connection, QueueNames.Dead, token);
                await DeclareQueueAsync(connection, queue, QueueArguments, token);
            }, cancellationToken);
        }
        catch (QueueMismatchException e)
        {
            Mismatch(logger, e.Message);
            throw;
        }
    }

    /// <summary>What the broker tells of itself when it is connected to.</summary>
    public async Task<IDictionary<string, object?>?> PropertiesAsync(CancellationToken cancellationToken)
    {
        IDictionary<string, object?>? properties = null;
        await WithConnectionAsync((connection, _) =>
        {
            properties = connection.ServerProperties;
            return Task.CompletedTask;
        }, cancellationToken);
        return properties;
    }

    /// <summary>Declares both queues of dead letters.</summary>
    public async Task DeclareLettersAsync(IConnection connection, CancellationToken cancellationToken)
    {
        await DeclareLettersAsync(connection, QueueNames.Dead, cancellationToken);
        await DeclareLettersAsync(connection, QueueNames.Parked, cancellationToken);
    }

    /// <summary>Publishes to the parking queue, confirmed.</summary>
    public Task ParkAsync(Delivery delivery, string reason, CancellationToken cancellationToken) => WithConnectionAsync(async (connection, token) =>
    {
        await DeclareLettersAsync(connection, QueueNames.Parked, token);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), token);
        await channel.BasicPublishAsync(QueueNames.Parked, "", mandatory: true, Parked(delivery, reason), delivery.Body, token);
    }, cancellationToken);

    /// <summary>Which of these queues have messages that nobody holds; as many as can be asked in time.</summary>
    public async Task<IReadOnlyCollection<string>> WithMessagesAsync(IReadOnlyCollection<string> queues, CancellationToken cancellationToken)
    {
        ConcurrentBag<string> found = [];
        try
        {
            await WithConnectionAsync((connection, token) => FindAsync(connection, queues, found, token), cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && !found.IsEmpty)
        {
            // What was found by then is no less true.
        }

        return [.. found];
    }

    /// <summary>The broker closes the channel where there is no such queue.</summary>
    private static async Task FindAsync(IConnection connection, IReadOnlyCollection<string> queues, ConcurrentBag<string> found, CancellationToken cancellationToken)
    {
        IChannel? channel = null;
        try
        {
            foreach (var queue in queues)
            {
                channel ??= await connection.CreateChannelAsync(cancellationToken: cancellationToken);
                try
                {
                    if ((await channel.QueueDeclarePassiveAsync(queue, cancellationToken)).MessageCount > 0)
                    {
                        found.Add(queue);
                    }
                }
                catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: 404 })
                {
                    await channel.DisposeAsync();
                    channel = null;
                }
            }
        }
        finally
        {
            await (channel?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    /// <summary>A new connection, to be disposed.</summary>
    public async Task<IConnection> ConnectAsync(string name, CancellationToken cancellationToken) =>
        await Factory().CreateConnectionAsync(name, cancellationToken).WaitAsync(cancellationToken);

    private BasicProperties Parked(Delivery delivery, string reason) => new()
    {
        Persistent = true,
        MessageId = delivery.MessageId,
        Headers = DeathHeaders.Parked(delivery.Queue, reason, time.GetUtcNow().ToUnixTimeMilliseconds()),
    };

    /// <summary>A queue of dead letters that an earlier build declared is used as it is: what matters is that messages have a place.</summary>
    private async Task DeclareLettersAsync(IConnection connection, string name, CancellationToken cancellationToken)
    {
        try
        {
            await DeclareQueueAsync(connection, name, LetterArguments, cancellationToken);
        }
        catch (QueueMismatchException e)
        {
            if (_told.TryAdd(name, true))
            {
                AsItIs(logger, e.Message);
            }

            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            await channel.QueueBindAsync(name, name, "", cancellationToken: cancellationToken);
        }
    }

    /// <summary>On a channel of its own, which the broker closes where the queue is another than we want.</summary>
    private static async Task DeclareQueueAsync(
        IConnection connection, string name, IEnumerable<KeyValuePair<string, object>> arguments, CancellationToken cancellationToken)
    {
        var all = new Dictionary<string, object?> { ["x-queue-type"] = "quorum" };
        foreach (var (key, value) in arguments)
        {
            all[key] = value;
        }

        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            await channel.ExchangeDeclareAsync(name, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
            await channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, all, cancellationToken: cancellationToken);
            await channel.QueueBindAsync(name, name, "", cancellationToken: cancellationToken);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { ReplyCode: 406 } reason)
        {
            throw new QueueMismatchException(name, reason.ReplyText, e);
        }
    }

    private async Task WithConnectionAsync(Func<IConnection, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Timeout);
        await using var connection = await ConnectAsync("queueinference-topology", deadline.Token);
        await work(connection, deadline.Token).WaitAsync(deadline.Token);
    }

    private ConnectionFactory Factory()
    {
        var factory = new ConnectionFactory { Uri = nodes.First, AutomaticRecoveryEnabled = false, ContinuationTimeout = Timeout };
        nodes.Serve(factory, Timeout);
        return factory;
    }

    [LoggerMessage(603, LogLevel.Error, "Jobs cannot be taken. {Mismatch}")]
    private static partial void Mismatch(ILogger logger, string mismatch);

    [LoggerMessage(602, LogLevel.Warning, "{Mismatch} Until then it is used as it is.")]
    private static partial void AsItIs(ILogger logger, string mismatch);
}
