using MassTransit;
using MassTransit.RabbitMqTransport;
using QueueInference.Core.Jobs;

namespace QueueInference.Core.Messaging;

/// <summary>Jobs on RabbitMQ: quorum queues, mandatory and confirmed publishes.</summary>
internal sealed class RabbitMqJobBus(IBusControl bus, IReceiveEndpointConnector connector, RabbitMqTopology topology)
    : MassTransitJobBus(bus, connector)
{
    public override bool Redelivers => true;

    public override Task ParkAsync(Delivery delivery, string reason, CancellationToken cancellationToken) =>
        topology.ParkAsync(delivery, reason, cancellationToken);

    public override async Task<IReadOnlyCollection<string>> WithMessagesAsync(IReadOnlyCollection<string> queues, CancellationToken cancellationToken)
    {
        IReadOnlyCollection<string> found = [];
        await GuardAsync(async token => found = await topology.WithMessagesAsync(queues, token), cancellationToken);
        return found;
    }

    protected override async Task PublishOnceAsync(string queue, byte[] body, CancellationToken cancellationToken)
    {
        try
        {
            await SendAsync(queue, body, mandatory: true, cancellationToken);
        }
        catch (MessageReturnedException)
        {
            // Nothing is bound: no worker has been here yet, or the broker was wiped.
            await topology.DeclareAsync(queue, cancellationToken);
            await SendAsync(queue, body, mandatory: true, cancellationToken);
        }
    }

    protected override Task PrepareAsync(string queue, CancellationToken cancellationToken) => topology.DeclareAsync(queue, cancellationToken);

    protected override void Configure(IReceiveEndpointConfigurator endpoint)
    {
        var rabbit = (IRabbitMqReceiveEndpointConfigurator)endpoint;
        rabbit.SetQuorumQueue();
        foreach (var (key, value) in RabbitMqTopology.QueueArguments)
        {
            rabbit.SetQueueArgument(key, value);
        }

        // A handler that throws gives its message back; nothing is ever moved to an error queue.
        endpoint.RethrowFaultedMessages();
        endpoint.ThrowOnSkippedMessages();
    }

    protected override Task HandleAsync(string queue, ConsumeContext<JobGroup> context, Func<Delivery, Task> handler) =>
        handler(new Delivery(queue, ShortId.Of(context.MessageId ?? Guid.NewGuid()), context.Message.Body));

    protected override void SetMandatory(SendContext context, bool mandatory)
    {
        if (context.TryGetPayload<RabbitMqSendContext>(out var rabbit))
        {
            rabbit.Mandatory = mandatory;
        }
    }
}
