using MassTransit;
using Microsoft.Extensions.Logging;

namespace QueueInference.Core.Messaging;

/// <summary>Jobs within one process. It forgets everything at its end, so Standalone publishes what is open when it starts.</summary>
internal sealed partial class InMemoryJobBus(IBusControl bus, IReceiveEndpointConnector connector, ILogger<InMemoryJobBus> logger)
    : MassTransitJobBus(bus, connector)
{
    public override bool Redelivers => false;

    public override Task ParkAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        ParkedInMemory(logger, delivery.Body.Length);
        return Task.CompletedTask;
    }

    protected override Task PublishOnceAsync(string queue, byte[] body, CancellationToken cancellationToken) =>
        SendAsync(queue, body, mandatory: false, cancellationToken);

    protected override Task PrepareAsync(string queue, CancellationToken cancellationToken) => Task.CompletedTask;

    protected override void Configure(IReceiveEndpointConfigurator endpoint)
    {
    }

    protected override async Task HandleAsync(string queue, ConsumeContext<JobGroup> context, Func<Delivery, Task> handler)
    {
        var messageId = context.MessageId ?? Guid.NewGuid();
        try
        {
            await handler(new Delivery(messageId.ToString("N"), context.Message.Body));
        }
        catch (GiveBackException)
        {
            // A throw would lose the message here: there is no redelivery.
            await SendAsync(queue, context.Message.Body.ToArray(), mandatory: false, CancellationToken.None, messageId);
        }
    }

    [LoggerMessage(601, LogLevel.Error, "A message of {Length} bytes could not be read and was dropped")]
    private static partial void ParkedInMemory(ILogger logger, int length);
}
