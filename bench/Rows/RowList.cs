using QueueInference.Bench.Models;

namespace QueueInference.Bench.Rows;

/// <summary>Every row; README.md explains them.</summary>
internal static class RowList
{
    public static List<Row> All { get; } =
    [
        new("R1", ">=0.97", "items/s through the service ÷ raw ONNX Runtime loop, ResNet-50 shape", context => Throughput.RunAsync(context, BenchModels.ResNet50())),
        new("R1s", ">=0.50", "the same, real text-direction classifier (110 kB input)", context => Throughput.RunAsync(context, BenchModels.TextDirection)),
    ];
}
