using System.Buffers;
using System.Globalization;
using System.Text.Json;
using QueueInference.Contracts;

namespace QueueInference.Api.Results;

/// <summary>Writes results in the two forms of the Open Inference Protocol.</summary>
internal static class InferenceResponseWriter
{
    /// <summary>Writes the JSON form, with flat row-major data.</summary>
    public static void Write(Utf8JsonWriter json, InferenceResponse response) => Write(json, response, TensorJson.WriteData);

    /// <summary>Writes the binary form: JSON, and then the tensors as they are.</summary>
    /// <returns>The length of the JSON, for the header Inference-Header-Content-Length.</returns>
    public static int WriteBinary(IBufferWriter<byte> body, InferenceResponse response)
    {
        var length = WriteHeader(body, response);
        foreach (var output in response.Outputs)
        {
            body.Write(output.Data.Span);
        }

        return length;
    }

    /// <summary>Writes the JSON of the binary form alone; the data may be absent.</summary>
    /// <returns>Its length.</returns>
    public static int WriteHeader(IBufferWriter<byte> body, InferenceResponse response)
    {
        using var json = new Utf8JsonWriter(body);
        Write(json, response, WriteSize);
        json.Flush();
        return (int)json.BytesCommitted;
    }

    private static void Write(Utf8JsonWriter json, InferenceResponse response, Action<Utf8JsonWriter, Tensor> writeData)
    {
        json.WriteStartObject();
        json.WriteString("model_name", response.ModelName);
        json.WriteString("model_version", response.ModelVersion.ToString(CultureInfo.InvariantCulture));
        if (response.Id is not null)
        {
            json.WriteString("id", response.Id);
        }

        json.WriteStartArray("outputs");
        foreach (var output in response.Outputs)
        {
            WriteOutput(json, output, writeData);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteOutput(Utf8JsonWriter json, Tensor output, Action<Utf8JsonWriter, Tensor> writeData)
    {
        json.WriteStartObject();
        json.WriteString("name", output.Name);
        json.WriteString("datatype", output.Datatype.ProtocolName());
        json.WriteStartArray("shape");
        foreach (var dimension in output.Shape)
        {
            json.WriteNumberValue(dimension);
        }

        json.WriteEndArray();
        writeData(json, output);
        json.WriteEndObject();
    }

    private static void WriteSize(Utf8JsonWriter json, Tensor output)
    {
        json.WriteStartObject("parameters");
        json.WriteNumber("binary_data_size", output.Data.Length);
        json.WriteEndObject();
    }
}
