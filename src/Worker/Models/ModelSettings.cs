using System.Text.Json.Serialization;

namespace QueueInference.Worker.Models;

/// <summary>What <c>model.json</c> may say. Everything has a default, so a bare <c>model.onnx</c> serves.</summary>
internal sealed class ModelSettings
{
    /// <summary>How jobs are joined.</summary>
    public BatchingSettings Batching { get; set; } = new();

    /// <summary>Which versions are served.</summary>
    public VersionSettings Versions { get; set; } = new();

    /// <summary>How a new version is compared before it counts.</summary>
    /// <value>The default is null: it counts at once.</value>
    public RolloutSettings? Rollout { get; set; }

    /// <summary>Shapes of the inputs, by name, to measure at start.</summary>
    /// <value>The default is null: the shape that the model declares, if it declares one.</value>
    public Dictionary<string, long[]>[]? Warmup { get; set; }

    /// <summary>Runs a job may cost before it fails, 1 to 10.</summary>
    /// <value>The default is 3.</value>
    public int MaxAttempts { get; set; } = 3;

    /// <summary>How long one run may take, in milliseconds, 100 to 600000.</summary>
    /// <value>The default is 30000.</value>
    public int TimeoutMs { get; set; } = 30_000;

    /// <summary>Whether inputs that are not finite (NaN, infinity) are refused.</summary>
    /// <value>The default is false.</value>
    public bool FiniteInputs { get; set; }

    /// <summary>Whether a job whose outputs are not finite fails.</summary>
    /// <value>The default is false.</value>
    public bool FiniteOutputs { get; set; }

    /// <summary>Execution providers for this model, in order of preference.</summary>
    /// <value>The default is null: those of the worker.</value>
    public string[]? ExecutionProviders { get; set; }

    /// <summary>ONNX Runtime's own options of execution providers, by the provider's name.</summary>
    /// <value>The default is null: none.</value>
    [JsonConverter(typeof(ProviderOptionsConverter))]
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>? ProviderOptions { get; set; }
}
