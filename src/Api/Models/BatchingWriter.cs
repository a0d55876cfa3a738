using System.Text.Json;
using QueueInference.Contracts;

namespace QueueInference.Api.Models;

/// <summary>Writes where a version runs and what its workers found out about its batches.</summary>
internal static class BatchingWriter
{
    /// <summary>Writes the properties into the object of the version.</summary>
    public static void Write(Utf8JsonWriter json, ModelVersionInfo version)
    {
        json.WriteString("device", version.Device);
        WriteProviders(json, version.ExecutionProviders ?? []);
        WriteKnown(json, "batch_safe", version.BatchSafe);
        WriteKnown(json, "padding_safe", version.PaddingSafe);
        json.WriteString("batching_note", version.BatchingNote);
        json.WriteStartArray("batch_times");
        foreach (var time in version.BatchTimes ?? [])
        {
            json.WriteStartObject();
            json.WriteString("shape", time.Shape);
            json.WriteNumber("rows", time.Rows);
            json.WriteNumber("ms", time.Ms);
            json.WriteBoolean("chosen", time.Chosen);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteProviders(Utf8JsonWriter json, IReadOnlyList<ProviderNodes> providers)
    {
        json.WriteStartArray("execution_providers");
        foreach (var provider in providers)
        {
            json.WriteStartObject();
            json.WriteString("name", provider.Name);
            json.WriteNumber("nodes", provider.Nodes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteKnown(Utf8JsonWriter json, string name, bool? value)
    {
        json.WritePropertyName(name);
        if (value is { } known)
        {
            json.WriteBooleanValue(known);
        }
        else
        {
            json.WriteNullValue();
        }
    }
}
