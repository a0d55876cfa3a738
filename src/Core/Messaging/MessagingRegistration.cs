using System.Net.Security;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace QueueInference.Core.Messaging;

/// <summary>Registers the bus.</summary>
public static class MessagingRegistration
{
    /// <summary>Jobs travel over RabbitMQ at this <c>amqp://</c> or <c>amqps://</c> address.</summary>
    public static IServiceCollection AddRabbitMqJobBus(this IServiceCollection services, Uri address)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new RabbitMqTopology(
            address, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<RabbitMqTopology>>()));
        services.AddSingleton<IDeadLetterQueues, RabbitMqDeadLetterQueues>();
        services.AddSingleton<IJobBus, RabbitMqJobBus>();
        return services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.UsingRabbitMq((_, rabbit) =>
            {
                rabbit.Host(address, host => ConfigureHost(address, host));
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

    private static void ConfigureHost(Uri address, IRabbitMqHostConfigurator host)
    {
        host.Heartbeat(TimeSpan.FromSeconds(10));
        host.RequestedConnectionTimeout(TimeSpan.FromSeconds(5));
        host.ContinuationTimeout(TimeSpan.FromSeconds(10));
        if (address.Scheme == "amqps")
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
