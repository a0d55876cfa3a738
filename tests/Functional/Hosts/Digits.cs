using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using QueueInference.Contracts;
using QueueInference.Worker.Inference;

namespace QueueInference.Functional.Hosts;

/// <summary>The digits model: pictures to send, and what ONNX Runtime says of them directly.</summary>
internal sealed class Digits : IDisposable
{
    private readonly OnnxModelRunner _runner = new(ModelFile, new InferenceOptions());

    public static string ModelFile { get; } = Path.Combine(Repository.Source, "models", "digits", "1", "model.onnx");

    /// <summary>A picture of noise, different for each seed, so that a mixed-up result shows.</summary>
    public static float[] Picture(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 784).Select(_ => (float)Math.Round(random.NextDouble(), 3))];
    }

    public float[] Expected(float[] picture)
    {
        var input = new Tensor("image", TensorDatatype.Fp32, [1, 1, 28, 28], MemoryMarshal.AsBytes(picture.AsSpan()).ToArray());
        using var outputs = _runner.Run([input]);
        return MemoryMarshal.Cast<byte, float>(outputs.Tensors[0].Data.Span).ToArray();
    }

    /// <summary>A job in the protocol's binary form.</summary>
    public static HttpContent Body(string model, float[] picture, string more = "")
    {
        var header = Encoding.UTF8.GetBytes(
            $$$"""{"model":"{{{model}}}","inputs":[{"name":"image","datatype":"FP32","shape":[1,1,28,28],"parameters":{"binary_data_size":3136}}]{{{more}}}}""");
        var content = new ByteArrayContent([.. header, .. MemoryMarshal.AsBytes(picture.AsSpan())]);
        content.Headers.ContentType = new("application/octet-stream");
        content.Headers.Add("Inference-Header-Content-Length", header.Length.ToString(CultureInfo.InvariantCulture));
        return content;
    }

    public void Dispose() => _runner.Dispose();
}

internal static class DigitsModel
{
    public static string AddDigits(this Repository repository) => repository.Add(Digits.ModelFile);
}
