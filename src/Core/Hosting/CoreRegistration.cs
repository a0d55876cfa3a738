using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using QueueInference.Core.Drift;
using QueueInference.Core.DeadLetters;
using QueueInference.Core.Jobs;
using QueueInference.Core.Messaging;
using QueueInference.Core.Models;
using QueueInference.Core.Payloads;
using QueueInference.Core.Rollouts;
using QueueInference.Core.Store;
using StackExchange.Redis;

namespace QueueInference.Core.Hosting;

/// <summary>Registers what both Api and Worker stand on.</summary>
public static class CoreRegistration
{
    /// <summary>The job store over a Redis.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="connectionString">See <see cref="RedisConnection.Open"/>.</param>
    /// <param name="timeout">How long a call may take.</param>
    public static IServiceCollection AddJobStore(this IServiceCollection services, string connectionString, TimeSpan timeout)
    {
        services.AddOptionsWithValidateOnStart<JobOptions>().BindConfiguration(JobOptions.SectionName);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<JobOptions>, JobOptionsAttributes>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<JobOptions>, JobOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new RedisStoreOptions(timeout));
        services.TryAddSingleton(_ => RedisConnection.Open(connectionString, timeout));
        services.TryAddSingleton<RedisStore>();
        services.TryAddSingleton<StoreIdentity>();
        services.TryAddSingleton<Partitions>();
        services.TryAddSingleton<JobSubmissions>();
        services.TryAddSingleton<JobClaims>();
        services.TryAddSingleton<JobReads>();
        services.TryAddSingleton<WaitingModels>();
        services.TryAddSingleton<JobSweeps>();
        services.TryAddSingleton<WebhookOutbox>();
        services.TryAddSingleton<ModelCatalogue>();
        services.TryAddSingleton<DefaultVersions>();
        services.TryAddSingleton<GoneVersions>();
        services.TryAddSingleton<RolloutStore>();
        services.TryAddSingleton<DriftStore>();
        services.TryAddSingleton<RolloutNotices>();
        services.TryAddSingleton<DeadLetterStore>();
        services.AddHostedService<StoreFormatCheck>();
        services.AddPayloads(connectionString);
        return services;
    }

    /// <summary>The broker and the store that <c>ConnectionStrings</c> name.</summary>
    /// <exception cref="StartupException">One is missing or malformed; the message says which and what to set.</exception>
    public static IServiceCollection AddBrokerAndStore(this IServiceCollection services, IConfiguration configuration, TimeSpan storeTimeout)
    {
        var broker = BrokerAddresses.Parse(configuration.GetConnectionString("RabbitMq"), out var fault);
        var store = configuration.GetConnectionString("Redis");
        string[] faults =
        [
            .. fault is null ? Array.Empty<string>() : [fault],
            .. string.IsNullOrWhiteSpace(store) ? ["ConnectionStrings__Redis must name a Redis or Valkey, such as host:6379."] : Array.Empty<string>(),
        ];
        return faults.Length > 0
            ? throw new StartupException(string.Join(' ', faults))
            : services.AddRabbitMqJobBus(broker).AddReplicas(store!).AddJobStore(store!, storeTimeout).AddHostedService<StoreSettingsCheck>().AddHostedService<BrokerSettingsCheck>();
    }
}
