using QueueInference.Core.Hosting;
using QueueInference.Core.Payloads;
using QueueInference.Core.Store;
using QueueInference.Worker;

namespace QueueInference.Standalone;

/// <summary>What makes Api and Worker one process.</summary>
internal static class StandaloneRegistration
{
    /// <summary>What the command line may say, and the settings it stands for.</summary>
    public static Dictionary<string, string> Switches { get; } = new(WorkerRegistration.Switches) { ["--data"] = "Standalone:Data" };

    /// <summary>Defaults that differ from Api and Worker, below everything a user sets; and the command line's own switches.</summary>
    public static void AddStandaloneConfiguration(this WebApplicationBuilder builder, string[] args)
    {
        builder.Configuration.Sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                ["urls"] = "http://127.0.0.1:8080",
                // The bus forgets at its end, so the store keeps the inputs.
                ["Jobs:KeepInputs"] = "UntilFinished",
                ["Payloads:Store"] = "Folder",
            },
        });
        builder.Configuration.AddCommandLine(args, Switches);
    }

    /// <summary>Starts the store before anything connects to it.</summary>
    public static EmbeddedStore StartEmbeddedStore(this WebApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection(EmbeddedStoreOptions.SectionName).Get<EmbeddedStoreOptions>() ?? new();
        var faults = new EmbeddedStoreOptionsValidator().Validate(null, options);
        if (faults.Failed)
        {
            throw new StartupException(faults.FailureMessage);
        }

        // Nobody may believe that replicas have what a promise rests on.
        if (builder.Configuration[$"{ReplicaOptions.SectionName}:{nameof(ReplicaOptions.WaitForReplicas)}"] is not (null or "" or "0"))
        {
            throw new StartupException("Redis:WaitForReplicas is for Api and Worker: the embedded store of Standalone has no replicas. Leave it out, or run Api and Worker with a Redis.");
        }

        var data = builder.Configuration.GetSection(StandaloneOptions.SectionName).Get<StandaloneOptions>() ?? new();
        return EmbeddedStore.Start(data.Data, options);
    }

    /// <summary>Large tensors lie in the data folder, unless they are sent elsewhere.</summary>
    public static void AddPayloadFolder(this WebApplicationBuilder builder)
    {
        var data = builder.Configuration.GetSection(StandaloneOptions.SectionName).Get<StandaloneOptions>() ?? new();
        builder.Services.PostConfigure<PayloadOptions>(options => options.Folder ??= Directory.CreateDirectory(Path.Combine(data.Data, "payloads")).FullName);
    }

    public static IServiceCollection AddStandalone(this IServiceCollection services) => services
        .AddHostedService<OpenJobs>()
        .AddHostedService<Welcome>();
}
