using MassTransit;
using Microsoft.Extensions.Logging;
using QueueInference.Core.Jobs;

namespace QueueInference.Core.Messaging;

/// <summary>Jobs within one process. It forgets everything at its end, so Standalone publishes what is open when it starts.</summary>
internal sealed partial class InMemoryJobBus(IBusControl bus, IReceiveEndpointConnector connector, ILogger<InMemoryJobBus> logger)
    : MassTransitJobBus(bus, connector)
{
    private readonly Dictionary<string, InMemoryQueue> _queues = [];

    public override bool Redelivers => false;

    public override Task ParkAsync(Delivery delivery, string reason, CancellationToken cancellationToken)
    {
        ParkedInMemory(logger, delivery.Body.Length, reason);
        return Task.CompletedTask;
    }

    protected override Task PublishOnceAsync(string queue, byte[] body, CancellationToken cancellationToken) => PublishAsync(queue, body, messageId: null, cancellationToken);

    /// <summary>The endpoint of a queue stays for good: one that is stopped drops what is on its way.</summary>
    public override async Task<IAsyncDisposable> SubscribeAsync(string queue, int prefetch, Func<Delivery, Task> handler, CancellationToken cancellationToken)
    {
        var line = Line(queue);
        await line.ConnectAsync(() => base.SubscribeAsync(queue, prefetch, line.HandleAsync, cancellationToken)).WaitAsync(cancellationToken);
        var subscriber = new InMemorySubscriber(line, handler);
        foreach (var body in line.Enter(subscriber))
        {
            await SendAsync(queue, body, mandatory: false, cancellationToken);
        }

        return subscriber;
    }

    private Task PublishAsync(string queue, byte[] body, Guid? messageId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Line(queue).Keeps(body) ? Task.CompletedTask : SendAsync(queue, body, mandatory: false, cancellationToken, messageId);
    }

    private InMemoryQueue Line(string queue)
    {
        lock (_queues)
        {
            return _queues.TryGetValue(queue, out var line) ? line : _queues[queue] = new InMemoryQueue();
        }
    }

    protected override Task PrepareAsync(string queue, CancellationToken cancellationToken) => Task.CompletedTask;

    protected override void Configure(IReceiveEndpointConfigurator endpoint)
    {
    }

    protected override async Task HandleAsync(string queue, ConsumeContext<JobGroup> context, Func<Delivery, Task> handler)
    {
        var messageId = context.MessageId ?? Guid.NewGuid();
        try
        {
            await handler(new Delivery(queue, ShortId.Of(messageId), context.Message.Body));
        }
        catch (GiveBackException)
        {
            // A throw would lose the message here: there is no redelivery.
            await PublishAsync(queue, context.Message.Body.ToArray(), messageId, CancellationToken.None);
        }
    }

    [LoggerMessage(601, LogLevel.Error, "A message of {Length} bytes could not be read and was dropped: {Reason}")]
    private static partial void ParkedInMemory(ILogger logger, int length, string reason);
}
