namespace QueueInference.Worker.Models;

/// <summary>What <c>model.json</c> may say. Everything has a default, so a bare <c>model.onnx</c> serves.</summary>
internal sealed class ModelSettings
{
    /// <summary>How jobs are joined.</summary>
    public BatchingSettings Batching { get; set; } = new();

    /// <summary>Which versions are served.</summary>
    public VersionSettings Versions { get; set; } = new();

    /// <summary>Runs a job may cost before it fails, 1 to 10.</summary>
    /// <value>The default is 3.</value>
    public int MaxAttempts { get; set; } = 3;

    /// <summary>How long one run may take, milliseconds.</summary>
    public int TimeoutMs { get; set; } = 30_000;

    /// <summary>Whether a job with NaN or infinity in an input is refused.</summary>
    public bool FiniteInputs { get; set; }

    /// <summary>Whether a job with NaN or infinity in an output fails.</summary>
    public bool FiniteOutputs { get; set; }

    /// <summary>Execution providers for this model, in order of preference.</summary>
    /// <value>The default is null: those of the worker.</value>
    public string[]? ExecutionProviders { get; set; }
}
