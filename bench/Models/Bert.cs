namespace QueueInference.Bench.Models;

/// <summary>The layers of BERT, with masked attention, so that padding changes nothing.</summary>
internal sealed class Bert(int layers, int width, int heads, int words)
{
    private const int Longest = 512;
    private const string Batch = "batch", Sequence = "sequence";
    private readonly Graph _graph = new("bert");

    /// <summary>input_ids and attention_mask in; the mean of the real positions, and every position, out.</summary>
    public Graph Build()
    {
        _graph.Input("input_ids", Graph.Int64, Batch, Sequence);
        _graph.Input("attention_mask", Graph.Int64, Batch, Sequence);
        var mask = _graph.Node("Cast", ["attention_mask"], ("to", (long)Graph.Float));
        var value = Embed();
        // 0 where a position is real, -10,000 where it is padding: [batch, 1, 1, sequence].
        var hide = _graph.Node("Mul", [_graph.Node("Sub", [mask, _graph.Scalar(1)]), _graph.Scalar(10_000)]);
        hide = _graph.Node("Unsqueeze", [hide, _graph.Ints(1, 2)]);
        for (var layer = 0; layer < layers; layer++)
        {
            value = Normalize(_graph.Node("Add", [value, Attend(value, hide)]));
            value = Normalize(_graph.Node("Add", [value, Think(value)]));
        }

        _graph.Named("last_hidden_state", "Identity", [value]);
        _graph.Named("pooled", "Div", [Total(_graph.Node("Mul", [value, _graph.Node("Unsqueeze", [mask, _graph.Ints(2)])])),
            _graph.Node("ReduceSum", [mask, _graph.Ints(1)], ("keepdims", 1L))]);
        _graph.Output("pooled", Graph.Float, Batch, width);
        _graph.Output("last_hidden_state", Graph.Float, Batch, Sequence, width);
        return _graph;
    }

    private string Embed()
    {
        var length = _graph.Node("Shape", ["input_ids"], ("start", 1L), ("end", 2L));
        var positions = _graph.Node("Slice", [_graph.Weight(0.5, Longest, width), _graph.Ints(0), length, _graph.Ints(0)]);
        var embedded = _graph.Node("Gather", [_graph.Weight(0.5, words, width), "input_ids"]);
        return Normalize(_graph.Node("Add", [embedded, positions]));
    }

    private string Attend(string input, string hide)
    {
        var (query, key, value) = (Heads(input, 0, 2, 1, 3), Heads(input, 0, 2, 3, 1), Heads(input, 0, 2, 1, 3));
        var scores = _graph.Node("Mul", [_graph.Node("MatMul", [query, key]), _graph.Scalar((float)(1 / Math.Sqrt(width / heads)))]);
        var weights = _graph.Node("Softmax", [_graph.Node("Add", [scores, hide])], ("axis", -1L));
        var mixed = _graph.Node("Transpose", [_graph.Node("MatMul", [weights, value])], ("perm", new long[] { 0, 2, 1, 3 }));
        return Networks.Dense(_graph, _graph.Node("Reshape", [mixed, _graph.Ints(0, 0, width)]), width, width);
    }

    private string Heads(string input, params long[] order) => _graph.Node(
        "Transpose", [_graph.Node("Reshape", [Networks.Dense(_graph, input, width, width), _graph.Ints(0, 0, heads, width / heads)])], ("perm", order));

    private string Think(string input) =>
        Networks.Dense(_graph, _graph.Node("Gelu", [Networks.Dense(_graph, input, width, 4 * width)]), 4 * width, width);

    private string Normalize(string input) =>
        _graph.Node("LayerNormalization", [input, _graph.Filled(1, width), _graph.Filled(0, width)], ("axis", -1L));

    private string Total(string input) => _graph.Node("ReduceSum", [input, _graph.Ints(1)], ("keepdims", 0L));
}
