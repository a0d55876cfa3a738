using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace QueueInference.Worker.Hosting;

/// <summary>How a worker serves. Section <c>Worker</c>.</summary>
public sealed class WorkerOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Worker";

    /// <summary>The model repository; <c>--models DIR</c> on the command line.</summary>
    /// <value>The default is <c>models</c>.</value>
    [Required]
    public string Models { get; set; } = "models";

    /// <summary>Threads ONNX Runtime uses for one inference; 0 takes the cores this process may use.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 1024)]
    public int IntraOpThreads { get; set; }

    /// <summary>Execution providers in order of preference: <c>tensorrt</c>, <c>cuda</c>, <c>cpu</c>. Without <c>cpu</c> a model never runs there silently.</summary>
    /// <value>The default is <c>cpu</c> alone.</value>
    public string[]? ExecutionProviders { get; set; }

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
        .. Directory.Exists(options.Models) ? Array.Empty<string>()
            : [$"The model repository '{Path.GetFullPath(options.Models)}' does not exist. Name it with --models DIR; it holds <name>/<version>/model.onnx."],
        .. (options.ExecutionProviders ?? []).All(Inference.ExecutionProviders.IsKnown) ? Array.Empty<string>()
            : ["Worker:ExecutionProviders may hold only tensorrt, cuda and cpu."],
    ];
}
