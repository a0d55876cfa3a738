using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using QueueInference.Core.Payloads;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Drift;
using QueueInference.Worker.Hosting;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Jobs;
using QueueInference.Worker.Models;
using QueueInference.Worker.Models.Checking;
using QueueInference.Worker.Models.Sources;
using QueueInference.Worker.Residency;
using QueueInference.Worker.Rollouts;

namespace QueueInference.Worker;

/// <summary>Registers a worker.</summary>
public static class WorkerRegistration
{
    /// <summary>What the command line may say, and the settings it stands for.</summary>
    public static IReadOnlyDictionary<string, string> Switches { get; } = new Dictionary<string, string> { ["--models"] = "Worker:Models", ["--memory-budget"] = "Worker:MemoryBudgetMb" };

    /// <summary>Runs models for the jobs of the registered bus and store.</summary>
    public static IServiceCollection AddInferenceWorker(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<WorkerOptions, WorkerOptionsValidator>().BindConfiguration(WorkerOptions.SectionName);
        services.AddSingleton<IValidateOptions<WorkerOptions>, WorkerOptionsAttributes>();
        services.AddOptions<HostOptions>().Configure<IOptions<WorkerOptions>>(
            (host, worker) => host.ShutdownTimeout = worker.Value.DrainTimeout + TimeSpan.FromSeconds(15));
        services.TryAddSingleton(TimeProvider.System);
        services.AddHealthChecks().AddCheck<WorkerReadiness>("models", tags: ["ready"]);
        return services.AddModels().AddBatching().AddHostedServices();
    }

    private static IServiceCollection AddModels(this IServiceCollection services) => services
        .AddSingleton(provider => Inference(provider.GetRequiredService<IOptions<WorkerOptions>>().Value))
        .AddSingleton(provider => Source(provider.GetRequiredService<IOptions<WorkerOptions>>().Value, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<S3Source>>()))
        .AddSingleton(provider => new ModelRepository(provider.GetRequiredService<IModelSource>().Folder, provider.GetRequiredService<ILogger<ModelRepository>>()))
        .AddSingleton<IModelRunnerFactory, OnnxModelRunnerFactory>()
        .AddSingleton(provider => Check(provider.GetRequiredService<IOptions<WorkerOptions>>().Value))
        .AddSingleton<IModelCheck>(provider => provider.GetRequiredService<ModelCheckProcess>())
        .AddSingleton<ModelLoader>();

    private static IServiceCollection AddBatching(this IServiceCollection services) => services
        .AddSingleton<WorkerIdentity>()
        .AddSingleton<StoreRetry>()
        .AddSingleton<HeldJobs>()
        .AddSingleton<DrainRates>()
        .AddSingleton<JobInputs>()
        .AddSingleton<JobOutputs>()
        .AddSingleton<JobFinisher>()
        .AddSingleton<JobReleaser>()
        .AddSingleton<JobIntake>()
        .AddSingleton<ShadowTraffic>()
        .AddSingleton<DriftSampler>()
        .AddSingleton<ILaneTraffic>(provider => new LaneTraffics(provider.GetRequiredService<ShadowTraffic>(), provider.GetRequiredService<DriftSampler>()))
        .AddSingleton<LaneServices>()
        .AddSingleton<ServedModels>()
        .AddSingleton<ModelMemory>()
        .AddSingleton<WarmModels>();

    private static IServiceCollection AddHostedServices(this IServiceCollection services) => services
        .AddSingleton<WorkerDrain>()
        .AddSingleton<ModelConsumers>()
        .AddSingleton<RolloutDesk>()
        .AddSingleton<ModelRollout>()
        .AddSingleton<WorkerAnnouncer>()
        .AddSingleton<WorkerReadiness>()
        .AddSingleton(provider => new WorkerReady(provider.GetRequiredService<WorkerReadiness>().Ready))
        .AddHostedService<LeaseKeeper>()
        .AddHostedService<WorkerHeartbeat>()
        .AddHostedService<DefaultsFollower>()
        .AddHostedService<DriftReporter>()
        .AddHostedService(provider => provider.GetRequiredService<WarmModels>())
        .AddHostedService<WorkerService>()
        // The last one is stopped first: nothing comes into memory while the worker drains.
        .AddHostedService(provider => provider.GetRequiredService<ModelMemory>());

    private static IModelSource Source(WorkerOptions options, TimeProvider time, ILogger<S3Source> logger) => S3Address.Parse(options.Models) is { } address
        ? new S3Source(new S3Objects(options.ModelsS3ServiceUrl, address.Bucket, address.Prefix), address, PullFolder.Take(options.ModelCache ?? Path.GetTempPath(), $"{options.ModelsS3ServiceUrl} {address}"), time, logger)
        : new FolderSource(options.Models);

    private static ModelCheckProcess Check(WorkerOptions options) => new(ModelCheckProcess.Own, options.CheckTimeout,
        options.CheckMemoryMb > 0 ? (long)options.CheckMemoryMb << 20 : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2);

    /// <summary>Whether the program was started to try model files, as a child of a worker.</summary>
    public static bool IsModelCheck(string[] args) => args is [ModelCheckProgram.Argument];

    /// <summary>Does that; answers the exit code.</summary>
    public static int RunModelCheck() => ModelCheckProgram.Run(Console.In, Console.Out);

    /// <summary>What the options mean for the sessions of this worker.</summary>
    internal static InferenceOptions Inference(WorkerOptions options) => new()
    {
        IntraOpThreads = options.IntraOpThreads,
        IntraOpSpinning = options.IntraOpSpinning,
        WarmupLimit = options.CheckTimeout,
        ExecutionProviders = options.ExecutionProviders ?? [ExecutionProviders.Cpu],
        ProviderOptions = (options.ProviderOptions ?? []).ToDictionary(pair => pair.Key, pair => (IReadOnlyDictionary<string, string>)pair.Value),
    };
}
