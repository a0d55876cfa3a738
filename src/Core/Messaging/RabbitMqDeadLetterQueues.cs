using QueueInference.Core.DeadLetters;
using RabbitMQ.Client;

namespace QueueInference.Core.Messaging;

/// <summary>Reads <c>qi.dead</c> and <c>qi.parked</c> on a connection of its own.</summary>
internal sealed class RabbitMqDeadLetterQueues(RabbitMqTopology topology) : IDeadLetterQueues
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public Task<IDeadLetterReader?> OpenAsync(CancellationToken cancellationToken) => GuardAsync(async token =>
    {
        var connection = await topology.ConnectAsync("queueinference-dead-letters", token);
        try
        {
            await topology.DeclareLettersAsync(connection, token);
            return (IDeadLetterReader?)new Reader(connection, await connection.CreateChannelAsync(cancellationToken: token).WaitAsync(token));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }, cancellationToken);

    private static async Task<T> GuardAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Timeout);
        try
        {
            return await call(deadline.Token).WaitAsync(deadline.Token);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BrokerUnavailableException(e);
        }
    }

    private sealed class Reader(IConnection connection, IChannel channel) : IDeadLetterReader
    {
        private static readonly string[] Queues = [QueueNames.Dead, QueueNames.Parked];

        public Task<long> CountAsync(CancellationToken cancellationToken) => GuardAsync(async token =>
        {
            long count = 0;
            foreach (var queue in Queues)
            {
                count += (await channel.QueueDeclarePassiveAsync(queue, token)).MessageCount;
            }

            return count;
        }, cancellationToken);

        public Task<FoundLetter?> FetchAsync(CancellationToken cancellationToken) => GuardAsync(async token =>
        {
            foreach (var queue in Queues)
            {
                if (await channel.BasicGetAsync(queue, autoAck: false, token) is { } message)
                {
                    // The client may use its buffer again.
                    var body = message.Body.ToArray();
                    var letter = DeadLetter.Of(queue, message.BasicProperties.MessageId, DeathHeaders.Read(message.BasicProperties.Headers), body);
                    return new FoundLetter(letter, body, message.DeliveryTag);
                }
            }

            return null;
        }, cancellationToken);

        public Task SettleAsync(FoundLetter found, CancellationToken cancellationToken) => GuardAsync(async token =>
        {
            await channel.BasicAckAsync(found.Tag, multiple: false, token);
            return true;
        }, cancellationToken);

        public async ValueTask DisposeAsync()
        {
            // Without a farewell, which would wait for a broker that is away.
            await connection.AbortAsync(CancellationToken.None);
            await channel.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
