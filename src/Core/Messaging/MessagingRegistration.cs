using System.Net.Security;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace QueueInference.Core.Messaging;

/// <summary>Registers the bus.</summary>
public static class MessagingRegistration
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Jobs travel over RabbitMQ.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="addresses"><c>amqp://</c> or <c>amqps://</c> addresses of its nodes, which agree in all but host and port.</param>
    public static IServiceCollection AddRabbitMqJobBus(this IServiceCollection services, params IReadOnlyList<Uri> addresses)
    {
        var nodes = new BrokerNodes(addresses);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new RabbitMqTopology(
            nodes, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<RabbitMqTopology>>()));
        services.AddSingleton<IDeadLetterQueues, RabbitMqDeadLetterQueues>();
        services.AddSingleton<IJobBus, RabbitMqJobBus>();
        return services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.UsingRabbitMq((_, rabbit) =>
            {
                rabbit.Host(nodes.First, host => ConfigureHost(nodes, host));
                // RabbitMQ 4.3 refuses transient queues that are not exclusive.
                rabbit.Exclusive = true;
                UseBinaryBody(rabbit);
            });
        });
    }

    /// <summary>Jobs travel within this process.</summary>
    public static IServiceCollection AddInMemoryJobBus(this IServiceCollection services)
    {
        services.AddSingleton<IJobBus, InMemoryJobBus>();
        services.AddSingleton<IDeadLetterQueues, NoDeadLetterQueues>();
        return services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.UsingInMemory((_, memory) => UseBinaryBody(memory));
        });
    }

    private static void ConfigureHost(BrokerNodes nodes, IRabbitMqHostConfigurator host)
    {
        host.Heartbeat(TimeSpan.FromSeconds(10));
        host.ContinuationTimeout(TimeSpan.FromSeconds(10));
        // Called before each attempt. UseCluster would try one node, wait, and expect the first node's certificate of all.
        host.OnRefreshConnectionFactory = factory =>
        {
            nodes.Serve(factory, ConnectTimeout);
            return Task.CompletedTask;
        };
        if (nodes.First.Scheme == "amqps")
        {
            // MassTransit's default accepts a chain that nobody trusts.
            host.UseSsl(ssl => ssl.EnforcePolicyErrors(SslPolicyErrors.RemoteCertificateChainErrors));
        }
    }

    private static void UseBinaryBody(IBusFactoryConfigurator bus)
    {
        var serializer = new JobGroupSerializer();
        bus.ClearSerialization();
        bus.AddSerializer(serializer, true);
        bus.AddDeserializer(serializer, true);
    }
}
