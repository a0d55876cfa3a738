using System.Text.Json.Serialization;

namespace QueueInference.Worker.Models;

/// <summary>How jobs of a model are joined.</summary>
internal sealed class BatchingSettings
{
    // Beyond these the batch takes its time and memory, and throughput hardly grows any more.
    private const int AutoOnCpu = 64, AutoOnGpu = 256;

    /// <summary>Rows run together, 1 to 1024; null when the file says <c>"auto"</c>.</summary>
    /// <value>The default is null: found by measuring.</value>
    [JsonConverter(typeof(AutoOrIntegerConverter))]
    public int? MaxBatchSize { get; set; }

    /// <summary>Lengths to which sequences are padded, so that jobs of different length share a batch; ascending.</summary>
    /// <value>The default is null: no padding.</value>
    public int[]? SequenceBuckets { get; set; }

    /// <summary>The model's name of the dimension that <see cref="SequenceBuckets"/> pads.</summary>
    /// <value>The default is null: the only named open dimension of the inputs besides the rows.</value>
    public string? SequenceAxis { get; set; }

    /// <summary>What an input is padded with, by name.</summary>
    /// <value>The default is null: zeros.</value>
    public Dictionary<string, double>? SequencePadding { get; set; }

    /// <summary>Most rows that may run together on a device: <see cref="MaxBatchSize"/> with <c>"auto"</c> resolved.</summary>
    public int MostRows(string device) => MaxBatchSize ?? (device.StartsWith("cpu", StringComparison.Ordinal) ? AutoOnCpu : AutoOnGpu);
}
