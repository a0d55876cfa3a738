namespace QueueInference.Bench.Models;

/// <summary>Models in the shape of well-known ones.</summary>
internal static class Networks
{
    private const string Batch = "batch";

    /// <summary>Gives back its 16 numbers.</summary>
    public static Graph Null()
    {
        var graph = new Graph("null");
        graph.Input("x", Graph.Float, Batch, 16);
        graph.Named("y", "Identity", ["x"]);
        graph.Output("y", Graph.Float, Batch, 16);
        return graph;
    }

    /// <summary>As <see cref="Null"/>, but a row whose first number is negative makes the whole run fail.</summary>
    public static Graph Poisonable()
    {
        var graph = new Graph("poisonable");
        graph.Input("x", Graph.Float, Batch, 16);
        // The index is 0 where the number is positive or zero; else it is below -1, outside of the one-element table.
        var first = graph.Node("Slice", ["x", graph.Ints(0), graph.Ints(1), graph.Ints(1)]);
        var low = graph.Node("Min", [graph.Node("Floor", [first]), graph.Scalar(0)]);
        var index = graph.Node("Cast", [graph.Node("Add", [low, low])], ("to", (long)Graph.Int64));
        graph.Named("y", "Add", ["x", graph.Node("Gather", [graph.Floats(0), index])]);
        graph.Output("y", Graph.Float, Batch, 16);
        return graph;
    }

    /// <summary>Three dense layers, about 20 µs for a row.</summary>
    public static Graph Mlp()
    {
        var graph = new Graph("mlp");
        graph.Input("x", Graph.Float, Batch, 64);
        var hidden = graph.Node("Relu", [Dense(graph, "x", 64, 512)]);
        hidden = graph.Node("Relu", [Dense(graph, hidden, 512, 512)]);
        graph.Named("y", "Identity", [Dense(graph, hidden, 512, 16)]);
        graph.Output("y", Graph.Float, Batch, 16);
        return graph;
    }

    /// <summary>The layers of ResNet-50.</summary>
    public static Graph ResNet50(int size)
    {
        var graph = new Graph("resnet50");
        graph.Input("x", Graph.Float, Batch, 3, size, size);
        var (value, channels) = (graph.Node("Relu", [Convolution(graph, "x", 3, 64, 7, 2, Math.Sqrt(2))]), 64L);
        value = graph.Node("MaxPool", [value], ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }), ("pads", new long[] { 1, 1, 1, 1 }));
        foreach (var (width, blocks, stride) in new[] { (64L, 3, 1L), (128, 4, 2), (256, 6, 2), (512, 3, 2) })
        {
            for (var block = 0; block < blocks; block++)
            {
                value = Bottleneck(graph, value, channels, width, block == 0 ? stride : 1);
                channels = 4 * width;
            }
        }

        value = graph.Node("Flatten", [graph.Node("GlobalAveragePool", [value])]);
        graph.Named("y", "Identity", [Dense(graph, value, 2048, 1000)]);
        graph.Output("y", Graph.Float, Batch, 1000);
        return graph;
    }

    /// <summary>A dense layer.</summary>
    public static string Dense(Graph graph, string input, long from, long to) =>
        graph.Node("Add", [graph.Node("MatMul", [input, graph.Weight(Math.Sqrt(1.0 / from), from, to)]), graph.Weight(0.02, to)]);

    private static string Bottleneck(Graph graph, string input, long channels, long width, long stride)
    {
        var value = graph.Node("Relu", [Convolution(graph, input, channels, width, 1, 1, Math.Sqrt(2))]);
        value = graph.Node("Relu", [Convolution(graph, value, width, width, 3, stride, Math.Sqrt(2))]);
        // Small beside the way around it, so that values stay finite over sixteen blocks.
        value = Convolution(graph, value, width, 4 * width, 1, 1, 0.3);
        var around = channels == 4 * width ? input : Convolution(graph, input, channels, 4 * width, 1, stride, 1);
        return graph.Node("Relu", [graph.Node("Add", [value, around])]);
    }

    private static string Convolution(Graph graph, string input, long from, long to, long kernel, long stride, double gain) => graph.Node(
        "Conv", [input, graph.Weight(gain / Math.Sqrt(from * kernel * kernel), to, from, kernel, kernel), graph.Weight(0.02, to)],
        ("kernel_shape", new[] { kernel, kernel }), ("strides", new[] { stride, stride }), ("pads", new[] { kernel / 2, kernel / 2, kernel / 2, kernel / 2 }));
}
