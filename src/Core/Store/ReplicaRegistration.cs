using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace QueueInference.Core.Store;

/// <summary>Registers a store that waits for its replicas, where it is told to.</summary>
internal static class ReplicaRegistration
{
    /// <summary>How long the connection of the waits may go without an answer: more than any of them takes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static IServiceCollection AddReplicas(this IServiceCollection services, string connectionString)
    {
        services.AddOptionsWithValidateOnStart<ReplicaOptions>().BindConfiguration(ReplicaOptions.SectionName);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ReplicaOptions>, ReplicaOptionsAttributes>());
        services.AddSingleton(provider => new ReplicaBarrier(RedisConnection.Open(connectionString, Patience), Options(provider)));
        services.AddSingleton(provider => new RedisStore(provider.GetRequiredService<IConnectionMultiplexer>(), provider.GetRequiredService<RedisStoreOptions>())
        {
            Replicas = Options(provider).WaitForReplicas > 0 ? provider.GetRequiredService<ReplicaBarrier>() : null,
        });
        return services;
    }

    private static ReplicaOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<ReplicaOptions>>().Value;
}
