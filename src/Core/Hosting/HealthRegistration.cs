using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using QueueInference.Core.Messaging;
using QueueInference.Core.Store;

namespace QueueInference.Core.Hosting;

/// <summary>Live: the process answers. Ready: broker and store are reachable, and what else the host adds.</summary>
public static class HealthRegistration
{
    private const string Ready = "ready";

    /// <summary>Adds the checks of broker and store.</summary>
    public static IHealthChecksBuilder AddBrokerAndStoreHealth(this IServiceCollection services) => services.AddHealthChecks()
        .AddCheck<BrokerHealth>("broker", tags: [Ready])
        .AddCheck<StoreHealth>("store", tags: [Ready]);

    /// <summary>Maps <c>/health/live</c> and <c>/health/ready</c>.</summary>
    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        endpoints.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(Ready) });
    }

    private sealed class BrokerHealth(IJobBus bus) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(bus.Connected ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The broker is not connected."));
    }

    private sealed class StoreHealth(RedisStore store) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await store.GuardAsync(redis => redis.PingAsync(), cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (StoreUnavailableException)
            {
                return HealthCheckResult.Unhealthy("The job store does not answer.");
            }
        }
    }
}
