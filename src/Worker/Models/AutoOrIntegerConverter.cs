using System.Text.Json;
using System.Text.Json.Serialization;

namespace QueueInference.Worker.Models;

/// <summary>Reads an integer, or <c>"auto"</c> as null.</summary>
internal sealed class AutoOrIntegerConverter : JsonConverter<int?>
{
    public override bool HandleNull => true;

    public override int? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number when reader.TryGetInt32(out var number) => number,
        JsonTokenType.String when reader.ValueTextEquals("auto") => null,
        _ => throw new JsonException(),
    };

    public override void Write(Utf8JsonWriter writer, int? value, JsonSerializerOptions options) => throw new NotSupportedException();
}
