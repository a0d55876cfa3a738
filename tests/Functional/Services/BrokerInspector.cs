using RabbitMQ.Client;

namespace QueueInference.Functional.Services;

/// <summary>Looks into queues.</summary>
internal sealed class BrokerInspector(IConnection connection, IChannel channel) : IAsyncDisposable
{
    public static async Task<BrokerInspector> ConnectAsync(string address)
    {
        var connection = await new ConnectionFactory { Uri = new Uri(address) }.CreateConnectionAsync();
        return new BrokerInspector(connection, await connection.CreateChannelAsync());
    }

    /// <summary>Messages ready in a queue.</summary>
    public async Task<uint> CountAsync(string queue) => (await channel.QueueDeclarePassiveAsync(queue)).MessageCount;

    /// <summary>Puts any bytes into a queue.</summary>
    public Task PublishAsync(string queue, string contentType, byte[] body) =>
        channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties { ContentType = contentType }, body).AsTask();

    /// <summary>Takes the message that waits in front, and gives it back, as a consumer that dies does.</summary>
    public async Task<bool> GiveBackAsync(string queue)
    {
        var message = await channel.BasicGetAsync(queue, autoAck: false);
        if (message is not null)
        {
            await channel.BasicNackAsync(message.DeliveryTag, multiple: false, requeue: true);
        }

        return message is not null;
    }

    /// <summary>Takes the message that waits in front; answers its body.</summary>
    public async Task<byte[]?> TakeAsync(string queue) => (await channel.BasicGetAsync(queue, autoAck: true))?.Body.ToArray();

    /// <summary>Declares a queue as somebody else would.</summary>
    public Task DeclareAsync(string queue, Dictionary<string, object?> arguments) =>
        channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments);

    /// <summary>Deletes a queue and its exchange, as a wiped broker would have.</summary>
    public async Task DeleteAsync(string queue)
    {
        await channel.QueueDeleteAsync(queue);
        await channel.ExchangeDeleteAsync(queue);
    }

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }
}
