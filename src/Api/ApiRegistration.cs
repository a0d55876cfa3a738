using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using QueueInference.Core.Auth;
using QueueInference.Api.Bulk;
using QueueInference.Api.DeadLetters;
using QueueInference.Api.Hosting;
using QueueInference.Api.Jobs;
using QueueInference.Api.Models;
using QueueInference.Api.Problems;
using QueueInference.Api.Results;
using QueueInference.Api.Submitting;
using QueueInference.Api.Webhooks;
using QueueInference.Core.Hosting;
using QueueInference.Core.Telemetry;

namespace QueueInference.Api;

/// <summary>Registers and maps the Api.</summary>
public static class ApiRegistration
{
    /// <summary>Takes jobs over HTTP, sweeps and delivers webhooks, over the registered bus and store.</summary>
    public static IServiceCollection AddInferenceApi(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptionsWithValidateOnStart<ApiOptions>().BindConfiguration(ApiOptions.SectionName);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ApiOptions>, ApiOptionsAttributes>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ApiOptions>, ApiOptionsValidator>());
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<ApiOptions>>(ConfigureKestrel);
        // Thousands who come in one moment are answered, if only with a refusal: with the default of 512 the kernel resets some of them.
        services.Configure<SocketTransportOptions>(sockets => sockets.Backlog = 4096);
        services.AddApiKeyAuth();
        services.AddWebhooks();
        return services.AddSubmitting().AddReading().AddRoles(configuration);
    }

    /// <summary>Puts the Api into the pipeline.</summary>
    public static void UseInferenceApi(this WebApplication app)
    {
        app.UseProblemBoundary();
        app.UseApiKeyAuth((context, slug, detail) => ProblemWriter.WriteAsync(context, new Problem(slug, detail), context.RequestAborted));
        app.UseStatusCodePages(pages => WriteUnroutedAsync(pages.HttpContext));
        app.UseInferenceMetrics();
        app.MapHealth();
        if (app.Services.GetRequiredService<IOptions<ApiOptions>>().Value.Has("jobs"))
        {
            app.MapJobs();
            app.MapBulk();
            app.MapModels();
            app.MapDeadLetters();
            app.MapDefaultVersions();
            app.MapRollouts();
            app.MapDrift();
        }

        app.ObserveQueues();
    }

    /// <summary>What no route took is refused like everything else, with a body that helps.</summary>
    private static Task WriteUnroutedAsync(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => ProblemWriter.WriteAsync(context, new Problem("route-not-found",
            "Try POST /v1/jobs, POST /v1/jobs/bulk, GET /v1/jobs, GET /v1/models, /health/ready or /metrics."), context.RequestAborted),
        StatusCodes.Status405MethodNotAllowed => ProblemWriter.WriteAsync(context, new Problem("method-not-allowed",
            $"Allowed is {context.Response.Headers.Allow}."), context.RequestAborted),
        _ => Task.CompletedTask,
    };

    private static IServiceCollection AddSubmitting(this IServiceCollection services) => services
        .AddSingleton<BrokerGate>()
        .AddHostedService(provider => provider.GetRequiredService<BrokerGate>())
        .AddSingleton<SubmitGate>()
        .AddSingleton<QueueRefusals>()
        .AddSingleton<GroupSender>()
        .AddSingleton<SubmitGroups>()
        .AddSingleton<InputPlacer>()
        .AddSingleton<JobSubmitter>()
        .AddSingleton<JobUpload>()
        .AddSingleton<SingleSubmitter>()
        .AddSingleton(provider => new BulkRoom(provider.GetRequiredService<IOptions<ApiOptions>>().Value.SubmitTimeout / 5))
        .AddSingleton<BulkSubmitter>();

    private static IServiceCollection AddReading(this IServiceCollection services) => services
        .AddSingleton<JobWaiters>()
        .AddHostedService(provider => provider.GetRequiredService<JobWaiters>())
        .AddHostedService<WaiterRechecks>()
        .AddHostedService<PartitionKeeper>()
        .AddSingleton<JobQueries>()
        .AddSingleton<BulkQueries>()
        .AddSingleton<JobBatchReader>()
        .AddSingleton<LargeResultWriter>()
        .AddSingleton<DeadLetterDesk>()
        .AddSingleton<ModelDirectory>()
        .AddSingleton<ModelStatusReader>()
        .AddSingleton<DrainRates>()
        .AddHostedService(provider => provider.GetRequiredService<DrainRates>())
        .AddSingleton<QueueDepths>()
        .AddHostedService(provider => provider.GetRequiredService<QueueDepths>());

    private static IServiceCollection AddRoles(this IServiceCollection services, IConfiguration configuration)
    {
        var options = configuration.GetSection(ApiOptions.SectionName).Get<ApiOptions>() ?? new ApiOptions();
        if (options.Has("sweeper"))
        {
            services.AddHostedService<Sweeper>();
            services.AddHostedService<PayloadCleaner>();
            services.AddSingleton<DeadLetterKeeper>();
            services.AddHostedService(provider => provider.GetRequiredService<DeadLetterKeeper>());
        }

        if (options.Has("webhooks"))
        {
            services.AddHostedService<WebhookDispatcher>();
            services.AddHostedService<RolloutNotifier>();
        }

        return services;
    }

    private static void ConfigureKestrel(KestrelServerOptions kestrel, IOptions<ApiOptions> options)
    {
        kestrel.AddServerHeader = false;
        // Our own reader refuses larger bodies, with a problem; this is the wall behind it.
        kestrel.Limits.MaxRequestBodySize = options.Value.MaxBodyBytes + 1024;
        // What a connection may hold of a body that nobody has begun to read: of thousands that are about to be refused, the default of 1 MiB each is too much.
        kestrel.Limits.MaxRequestBufferSize = 64 << 10;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
        kestrel.Limits.MaxConcurrentConnections = 30_000;
    }

    private static void ObserveQueues(this WebApplication app)
    {
        var depths = app.Services.GetRequiredService<QueueDepths>();
        InferenceTelemetry.ObserveQueues(() => depths.Current.Select(depth =>
            new Measurement<long>(depth.Value, new KeyValuePair<string, object?>("model", depth.Key))));
        if (app.Services.GetService<DeadLetterKeeper>() is { } keeper)
        {
            InferenceTelemetry.ObserveDeadLetters(() => keeper.Counts);
        }
    }
}
