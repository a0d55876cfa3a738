using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;

namespace QueueInference.Core.Telemetry;

/// <summary>Registers what is measured.</summary>
public static class TelemetryRegistration
{
    /// <summary>Collects our metrics, and the runtime's and Kestrel's, for <c>/metrics</c>.</summary>
    public static IServiceCollection AddInferenceTelemetry(this IServiceCollection services)
    {
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(InferenceTelemetry.Name, "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
            .AddPrometheusExporter());
        return services;
    }

    /// <summary>Serves <c>/metrics</c> in the Prometheus text format.</summary>
    public static IApplicationBuilder UseInferenceMetrics(this IApplicationBuilder app) => app.UseOpenTelemetryPrometheusScrapingEndpoint();
}
