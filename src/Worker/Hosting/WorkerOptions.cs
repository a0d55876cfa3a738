using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Models.Sources;

namespace QueueInference.Worker.Hosting;

/// <summary>How a worker serves. Section <c>Worker</c>.</summary>
public sealed class WorkerOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Worker";

    /// <summary>The model repository: a folder, or <c>s3://bucket/prefix</c>; <c>--models</c> on the command line.</summary>
    /// <value>The default is <c>models</c>.</value>
    [Required]
    public string Models { get; set; } = "models";

    /// <summary>For a repository in S3 on a server other than Amazon's: its address.</summary>
    /// <value>The default is none: Amazon's.</value>
    public string? ModelsS3ServiceUrl { get; set; }

    /// <summary>The folder below which a repository in S3 is pulled into one of its own for each worker.</summary>
    /// <value>The default is none: the machine's folder for temporary files.</value>
    public string? ModelCache { get; set; }

    /// <summary>Threads ONNX Runtime uses for one inference; 0 takes the whole cores this process may use.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 1024)]
    public int IntraOpThreads { get; set; }

    /// <summary>Whether ONNX Runtime's threads keep their cores busy while they wait. Faster on a machine of its own; else it slows the neighbours.</summary>
    /// <value>The default is false.</value>
    public bool IntraOpSpinning { get; set; }

    /// <summary>Execution providers in order of preference: <c>tensorrt</c>, <c>cuda</c>, <c>cpu</c>. Without <c>cpu</c> a model never runs there silently.</summary>
    /// <value>The default is <c>cpu</c> alone.</value>
    public string[]? ExecutionProviders { get; set; }

    /// <summary>Options of the listed execution providers, by provider and name, passed to ONNX Runtime as written: <c>cuda:device_id</c>.</summary>
    /// <value>The default is none.</value>
    public Dictionary<string, Dictionary<string, string>>? ProviderOptions { get; set; }

    /// <summary>How often the model repository is looked at for versions that came or went.</summary>
    /// <value>The default is 5 seconds. A version is loaded once its files have not changed from one look to the next.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a model file may take to load and run once, in a process of its own, before it is refused.</summary>
    /// <value>The default is 60 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan CheckTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Most memory that this process may take for a model file, in MiB.</summary>
    /// <value>The default is 0: half of what this process may use.</value>
    [Range(0, 1 << 20)]
    public int CheckMemoryMb { get; set; }

    /// <summary>Most memory that models may take, in MiB; <c>--memory-budget MIB</c> on the command line. With one, a model is loaded when a job waits for it, and the one used least recently makes room.</summary>
    /// <value>The default is 0: no bound; every version that is served is in memory from the start.</value>
    [Range(0, 1 << 30)]
    public int MemoryBudgetMb { get; set; }

    /// <summary>How long the first hours of a version last, with which the distributions of its inputs and outputs are compared later.</summary>
    /// <value>The default is 6 hours.</value>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan DriftBaseline { get; set; } = TimeSpan.FromHours(6);

    /// <summary>How long a stopping worker waits for what runs.</summary>
    /// <value>The default is 30 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

[OptionsValidator]
internal sealed partial class WorkerOptionsAttributes : IValidateOptions<WorkerOptions>;

internal sealed class WorkerOptionsValidator : IValidateOptions<WorkerOptions>
{
    public ValidateOptionsResult Validate(string? name, WorkerOptions options) => Faults(options) is { Count: > 0 } faults
        ? ValidateOptionsResult.Fail(faults)
        : ValidateOptionsResult.Success;

    private static List<string> Faults(WorkerOptions options) =>
    [
        .. Directory.Exists(options.Models) || S3Address.Parse(options.Models) is not null ? Array.Empty<string>()
            : [$"The model repository '{Path.GetFullPath(options.Models)}' does not exist. Name it with --models DIR, or s3://bucket/prefix; it holds <name>/<version>/model.onnx."],
        .. ProviderFaults.Of(WorkerRegistration.Inference(options)),
    ];
}
