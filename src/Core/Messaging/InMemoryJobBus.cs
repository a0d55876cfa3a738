using MassTransit;
using Microsoft.Extensions.Logging;
using QueueInference.Core.Jobs;

namespace QueueInference.Core.Messaging;

/// <summary>Jobs within one process. It forgets everything at its end, so Standalone publishes what is open when it starts.</summary>
internal sealed partial class InMemoryJobBus(IBusControl bus, IReceiveEndpointConnector connector, ILogger<InMemoryJobBus> logger)
    : MassTransitJobBus(bus, connector)
{
    /// <summary>Messages of queues that nobody subscribes to yet; the transport itself would confirm and drop them. Null once somebody does.</summary>
    private readonly Dictionary<string, List<byte[]>?> _early = [];

    public override bool Redelivers => false;

    public override Task ParkAsync(Delivery delivery, string reason, CancellationToken cancellationToken)
    {
        ParkedInMemory(logger, delivery.Body.Length, reason);
        return Task.CompletedTask;
    }

    protected override Task PublishOnceAsync(string queue, byte[] body, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_early)
        {
            if (!_early.TryGetValue(queue, out var waiting))
            {
                _early[queue] = waiting = [];
            }

            waiting?.Add(body);
            return waiting is null ? SendAsync(queue, body, mandatory: false, cancellationToken) : Task.CompletedTask;
        }
    }

    protected override async Task SubscribedAsync(string queue, CancellationToken cancellationToken)
    {
        List<byte[]>? waiting;
        lock (_early)
        {
            _early.TryGetValue(queue, out waiting);
            _early[queue] = null;
        }

        foreach (var body in waiting ?? [])
        {
            await SendAsync(queue, body, mandatory: false, cancellationToken);
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
            await SendAsync(queue, context.Message.Body.ToArray(), mandatory: false, CancellationToken.None, messageId);
        }
    }

    [LoggerMessage(601, LogLevel.Error, "A message of {Length} bytes could not be read and was dropped: {Reason}")]
    private static partial void ParkedInMemory(ILogger logger, int length, string reason);
}
