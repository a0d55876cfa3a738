using MassTransit;

namespace QueueInference.Core.Messaging;

/// <summary>What both transports share: sending with a deadline that holds, and endpoints that come and go with the models.</summary>
internal abstract class MassTransitJobBus(IBusControl bus, IReceiveEndpointConnector connector) : IJobBus, IDisposable
{
    /// <summary>Confirms outstanding at most; MassTransit itself sets no bound.</summary>
    private readonly SemaphoreSlim _outstanding = new(256);

    public void Dispose() => _outstanding.Dispose();

    public abstract bool Redelivers { get; }

    public bool Connected => bus.CheckHealth().Status == BusHealthStatus.Healthy;

    public Task PublishAsync(string queue, byte[] body, CancellationToken cancellationToken) =>
        GuardAsync(token => PublishOnceAsync(queue, body, token), cancellationToken);

    public Task ProbeAsync(CancellationToken cancellationToken) =>
        GuardAsync(token => SendAsync(QueueNames.Probe, [], mandatory: false, token), cancellationToken);

    public virtual async Task<IAsyncDisposable> SubscribeAsync(
        string queue, int prefetch, Func<Delivery, Task> handler, CancellationToken cancellationToken)
    {
        await PrepareAsync(queue, cancellationToken);
        var handle = connector.ConnectReceiveEndpoint(queue, (_, endpoint) =>
        {
            endpoint.PrefetchCount = prefetch;
            endpoint.ConcurrentMessageLimit = prefetch;
            endpoint.ConfigureConsumeTopology = false;
            endpoint.PublishFaults = false;
            Configure(endpoint);
            endpoint.Handler<JobGroup>(context => HandleAsync(queue, context, handler));
        });
        var subscription = new Subscription(handle);
        try
        {
            await handle.Ready.WaitAsync(cancellationToken);
            return subscription;
        }
        catch
        {
            // Else it would go on connecting, and take messages for nobody.
            await subscription.DisposeAsync();
            throw;
        }
    }

    public virtual Task<IReadOnlyCollection<string>> WithMessagesAsync(IReadOnlyCollection<string> queues, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyCollection<string>>([]);

    public abstract Task ParkAsync(Delivery delivery, string reason, CancellationToken cancellationToken);

    protected abstract Task PublishOnceAsync(string queue, byte[] body, CancellationToken cancellationToken);

    /// <summary>Whatever must stand before an endpoint is connected.</summary>
    protected abstract Task PrepareAsync(string queue, CancellationToken cancellationToken);

    protected abstract void Configure(IReceiveEndpointConfigurator endpoint);

    protected abstract Task HandleAsync(string queue, ConsumeContext<JobGroup> context, Func<Delivery, Task> handler);

    /// <summary>Sends to the exchange of a queue. A <c>queue:</c> address would declare the queue again, as a classic one.</summary>
    protected async Task SendAsync(string exchange, byte[] body, bool mandatory, CancellationToken cancellationToken, Guid? messageId = null)
    {
        await _outstanding.WaitAsync(cancellationToken);
        try
        {
            var endpoint = await bus.GetSendEndpoint(new Uri($"exchange:{exchange}")).WaitAsync(cancellationToken);
            var send = endpoint.Send(new JobGroup(body), context =>
            {
                context.MessageId = messageId ?? context.MessageId;
                SetMandatory(context, mandatory);
            }, cancellationToken);
            // The client below can hang without looking at the token.
            await send.WaitAsync(cancellationToken);
        }
        finally
        {
            _outstanding.Release();
        }
    }

    protected virtual void SetMandatory(SendContext context, bool mandatory)
    {
    }

    protected static async Task GuardAsync(Func<CancellationToken, Task> publish, CancellationToken cancellationToken)
    {
        try
        {
            await publish(cancellationToken);
        }
        catch (Exception e) when (e is not BrokerUnavailableException)
        {
            throw new BrokerUnavailableException(e);
        }
    }

    private sealed class Subscription(HostReceiveEndpointHandle handle) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await handle.StopAsync();
    }
}
