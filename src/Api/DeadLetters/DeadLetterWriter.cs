using System.Globalization;
using System.Text.Json;
using QueueInference.Api.Jobs;
using QueueInference.Core.DeadLetters;

namespace QueueInference.Api.DeadLetters;

/// <summary>Dead letters as administrators see them.</summary>
internal static class DeadLetterWriter
{
    /// <summary>How long what was heard of the broker is told as if it were so now.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    public static void WriteList(Utf8JsonWriter json, IReadOnlyList<DeadLetter> letters, DeadLetterCounts counts, long? next, DateTimeOffset now)
    {
        json.WriteStartObject();
        json.WriteStartArray("dead_letters");
        foreach (var letter in letters)
        {
            Write(json, letter, null);
        }

        json.WriteEndArray();
        json.WriteNumber("count", counts.Kept);
        WriteNumber(json, "on_broker", counts.SeenAt > (now - Fresh).ToUnixTimeMilliseconds() ? counts.OnBroker : null);
        json.WriteString("next_cursor", next?.ToString(CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }

    /// <summary>One letter; its body only where that was asked for.</summary>
    public static void Write(Utf8JsonWriter json, DeadLetter letter, byte[]? body)
    {
        json.WriteStartObject();
        json.WriteString("id", letter.Id);
        json.WriteString("kind", letter.Kind);
        json.WriteString("queue", letter.Queue);
        json.WriteString("reason", letter.Reason);
        json.WriteNumber("deaths", letter.Deaths);
        json.WriteString("died_at", letter.DiedAt is { } at ? JobJsonWriter.Time(at) : null);
        json.WriteString("kept_at", JobJsonWriter.Time(letter.KeptAt));
        json.WriteNumber("bytes", letter.Bytes);
        WriteNumber(json, "format_version", letter.FormatVersion);
        json.WriteString("model", letter.Model);
        WriteJobs(json, letter.Jobs);
        if (body is not null)
        {
            json.WriteBase64String("payload_base64", body);
        }

        WriteLinks(json, letter.Id);
        json.WriteEndObject();
    }

    public static void WriteSweep(Utf8JsonWriter json, string verb, DeadLetterSweep sweep)
    {
        json.WriteStartObject();
        json.WriteNumber(verb, sweep.Done);
        json.WriteNumber("skipped", sweep.Skipped);
        json.WriteBoolean("more", sweep.More);
        json.WriteEndObject();
    }

    private static void WriteJobs(Utf8JsonWriter json, IReadOnlyList<string>? jobs)
    {
        if (jobs is null)
        {
            json.WriteNull("jobs");
            return;
        }

        json.WriteStartArray("jobs");
        foreach (var id in jobs)
        {
            json.WriteStringValue(id);
        }

        json.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } known)
        {
            json.WriteNumber(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void WriteLinks(Utf8JsonWriter json, string id)
    {
        json.WriteStartObject("links");
        json.WriteString("self", $"/v1/admin/dead-letters/{id}");
        json.WriteString("redrive", $"/v1/admin/dead-letters/{id}/redrive");
        json.WriteEndObject();
    }
}
