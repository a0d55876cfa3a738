using System.Text.Json.Serialization;
using QueueInference.Worker.Inference;

namespace QueueInference.Worker.Models;

/// <summary>How jobs of a model are joined.</summary>
internal sealed class BatchingSettings
{
    // Larger batches were slower on CPUs, where caches end early; a GPU needs more rows to be busy.
    private const int AutoOnCpu = 16;
    private const int AutoOnGpu = 32;

    /// <summary>Most rows run together, 1 to 1024; null when the file says <c>"auto"</c>.</summary>
    /// <value>The default is null: 16 rows on a CPU, 32 on a GPU.</value>
    [JsonConverter(typeof(AutoOrIntegerConverter))]
    public int? MaxBatchSize { get; set; }

    /// <summary><see cref="MaxBatchSize"/> with <c>"auto"</c> resolved.</summary>
    public int EffectiveMaxBatchSize(IReadOnlyList<string> executionProviders) =>
        MaxBatchSize ?? (Inference.ExecutionProviders.StartsWithGpu(executionProviders) ? AutoOnGpu : AutoOnCpu);
}
