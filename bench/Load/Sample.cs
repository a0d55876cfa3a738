using System.Globalization;
using System.Text;
using QueueInference.Contracts;

namespace QueueInference.Bench.Load;

/// <summary>One job to send, and what ONNX Runtime itself says of it.</summary>
/// <param name="Waiting">The request that answers with the result: <c>Prefer: wait</c>.</param>
/// <param name="Submitting">The request that answers with the id.</param>
/// <param name="Expected">The first output that is asked for; null where the job must fail.</param>
/// <param name="PayloadBytes">Input and output, each once.</param>
internal sealed record Sample(byte[] Waiting, byte[] Submitting, float[]? Expected, int PayloadBytes)
{
    /// <summary>A job in the protocol's binary form.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="inputs">One row.</param>
    /// <param name="output">The output to return.</param>
    /// <param name="expected">Its values.</param>
    public static Sample Create(string model, IReadOnlyList<Tensor> inputs, string output, float[]? expected)
    {
        var payload = inputs.Sum(input => input.Data.Length) + (expected?.Length ?? 0) * sizeof(float);
        return new(Request(model, inputs, output, "Prefer: wait=60\r\n"), Request(model, inputs, output, ""), expected, payload);
    }

    /// <summary>The request that waits for the end of a submitted job.</summary>
    public static byte[] Reading(string id) => Encoding.ASCII.GetBytes($"GET /v1/jobs/{id}?wait=60 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");

    private static byte[] Request(string model, IReadOnlyList<Tensor> inputs, string output, string more)
    {
        var tensors = string.Join(',', inputs.Select(Describe));
        var header = $$"""{"model":"{{model}}","inputs":[{{tensors}}],"outputs":[{"name":"{{output}}"}]}""";
        var head = string.Create(CultureInfo.InvariantCulture,
            $"POST /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\nInference-Header-Content-Length: {header.Length}\r\n")
            + string.Create(CultureInfo.InvariantCulture, $"{more}Content-Length: {header.Length + inputs.Sum(input => input.Data.Length)}\r\n\r\n");
        return [.. Encoding.ASCII.GetBytes(head + header), .. inputs.SelectMany(input => input.Data.ToArray())];
    }

    private static string Describe(Tensor input) => $$$"""
        {"name":"{{{input.Name}}}","datatype":"{{{input.Datatype.ProtocolName()}}}","shape":[{{{string.Join(',', input.Shape)}}}],"parameters":{"binary_data_size":{{{input.Data.Length}}}}}
        """;
}
