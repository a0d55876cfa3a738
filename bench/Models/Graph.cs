namespace QueueInference.Bench.Models;

/// <summary>An ONNX model under construction. Weights are noise, the same at each making.</summary>
/// <remarks>The numbers are the field numbers of onnx.proto.</remarks>
internal sealed class Graph(string name)
{
    private const int Opset = 20, IrVersion = 9;
    private readonly Proto _graph = new();
    private readonly Random _random = new(7);
    private int _names;

    public const int Float = 1, Int64 = 7;

    public void Input(string input, int type, params object[] shape) => _graph.Message(11, Value(input, type, shape));

    public void Output(string output, int type, params object[] shape) => _graph.Message(12, Value(output, type, shape));

    /// <summary>Adds an operator, and answers the name of its output.</summary>
    public string Node(string operation, IEnumerable<string> inputs, params (string Name, object Value)[] attributes) => Named(Next(), operation, inputs, attributes);

    /// <summary>Adds an operator with an output of this name.</summary>
    public string Named(string output, string operation, IEnumerable<string> inputs, params (string Name, object Value)[] attributes)
    {
        _graph.Message(1, new Proto().Each(inputs, (node, input) => node.Text(1, input)).Text(2, output).Text(4, operation)
            .Each(attributes, (node, attribute) => node.Message(5, Attribute(attribute.Name, attribute.Value))));
        return output;
    }

    /// <summary>Normal noise of this size.</summary>
    public string Weight(double deviation, params long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        for (var i = 0; i < values.Length; i++)
        {
            // The sum of three even values is normal enough; its deviation is a half.
            values[i] = (float)((_random.NextSingle() + _random.NextSingle() + _random.NextSingle() - 1.5) * 2 * deviation);
        }

        return Constant(Float, values, shape);
    }

    public string Floats(params float[] values) => Constant(Float, values, [values.Length]);

    public string Scalar(float value) => Constant(Float, new[] { value }, []);

    public string Ints(params long[] values) => Constant(Int64, values, [values.Length]);

    public string Filled(float value, long size) => Floats([.. Enumerable.Repeat(value, (int)size)]);

    public void Save(string path) => new Proto().Number(1, IrVersion).Message(8, new Proto().Text(1, "").Number(2, Opset))
        .Message(7, _graph.Text(2, name)).Save(path);

    private string Constant<T>(int type, T[] values, long[] shape)
        where T : unmanaged
    {
        var constant = Next();
        _graph.Message(5, new Proto().Each(shape, (tensor, size) => tensor.Number(1, size)).Number(2, type).Text(8, constant).Array<T>(9, values));
        return constant;
    }

    private string Next() => $"t{_names++}";

    private static Proto Value(string value, int type, object[] shape) => new Proto().Text(1, value).Message(2, new Proto().Message(1, new Proto()
        .Number(1, type).Message(2, new Proto().Each(shape, (dimensions, size) => dimensions.Message(1, Dimension(size))))));

    private static Proto Dimension(object size) => size is string symbol ? new Proto().Text(2, symbol) : new Proto().Number(1, Convert.ToInt64(size));

    private static Proto Attribute(string attribute, object value) => value switch
    {
        long number => new Proto().Text(1, attribute).Number(3, number).Number(20, 2),
        double number => new Proto().Text(1, attribute).Single(2, (float)number).Number(20, 1),
        long[] numbers => new Proto().Text(1, attribute).Each(numbers, (proto, number) => proto.Number(8, number)).Number(20, 7),
        _ => throw new ArgumentException($"No attribute can be a {value.GetType()}."),
    };
}
