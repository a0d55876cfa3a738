using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace QueueInference.Worker.Models;

/// <summary>Reads options by name for each provider; numbers become the strings that ONNX Runtime wants.</summary>
internal sealed class ProviderOptionsConverter : JsonConverter<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>>
{
    public override IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        Require(reader.TokenType == JsonTokenType.StartObject);
        var providers = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        while (ReadName(ref reader) is { } name)
        {
            Require(reader.Read() && providers.TryAdd(name, ReadOptions(ref reader)));
        }

        return providers;
    }

    public override void Write(
        Utf8JsonWriter writer, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> value, JsonSerializerOptions options) =>
        throw new NotSupportedException();

    private static Dictionary<string, string> ReadOptions(ref Utf8JsonReader reader)
    {
        Require(reader.TokenType == JsonTokenType.StartObject);
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        while (ReadName(ref reader) is { } name)
        {
            Require(reader.Read() && reader.TokenType is JsonTokenType.String or JsonTokenType.Number);
            Require(options.TryAdd(name, reader.TokenType == JsonTokenType.String ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan)));
        }

        return options;
    }

    /// <summary>The next property of the object that the reader is in; null at its end.</summary>
    private static string? ReadName(ref Utf8JsonReader reader)
    {
        Require(reader.Read());
        return reader.TokenType == JsonTokenType.EndObject ? null : reader.GetString();
    }

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new JsonException();
        }
    }
}
