using System.Buffers;
using System.Globalization;
using System.Text.Json;
using QueueInference.Contracts;

namespace QueueInference.Api.Webhooks;

/// <summary>Builds a terminal event. The same job gives the same id and the same bytes each time, so an event need not be stored to be repeated.</summary>
internal static class WebhookEvent
{
    /// <summary>The event type of a terminal state, such as <c>job.succeeded</c>.</summary>
    public static string TypeOf(JobState state) => $"job.{state.Name()}";

    /// <summary>The <c>webhook-id</c> of a job's terminal event; a job has only one.</summary>
    public static string IdOf(string jobId) => $"evt_{jobId}";

    public static ReadOnlyMemory<byte> Body(WebhookEventData data)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", TypeOf(data.State));
            json.WriteString("timestamp", Time(data.FinishedAtMs));
            json.WriteStartObject("data");
            WriteJob(json, data);
            WriteError(json, data.Error);
            WriteMetadata(json, data.Spec.Metadata);
            WriteLinks(json, data.JobId);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static void WriteJob(Utf8JsonWriter json, WebhookEventData data)
    {
        json.WriteString("id", data.JobId);
        json.WriteString("model", data.Spec.Model);
        json.WriteString("version", (data.Version ?? data.Spec.Version)?.ToString(CultureInfo.InvariantCulture));
        json.WriteString("state", data.State.Name());
        json.WriteNumber("attempt", data.Attempt);
        json.WriteString("created_at", Time(data.Spec.CreatedAt));
        json.WriteString("finished_at", Time(data.FinishedAtMs));
    }

    private static void WriteError(Utf8JsonWriter json, JobError? error)
    {
        if (error is null)
        {
            json.WriteNull("error");
            return;
        }

        json.WriteStartObject("error");
        json.WriteString("code", error.Code);
        json.WriteString("message", error.Message);
        json.WriteEndObject();
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is null)
        {
            json.WriteNull("metadata");
            return;
        }

        json.WriteStartObject("metadata");
        // A dictionary promises no order; the bytes must.
        foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteLinks(Utf8JsonWriter json, string jobId)
    {
        json.WriteStartObject("links");
        json.WriteString("self", $"/v1/jobs/{jobId}");
        json.WriteString("result", $"/v1/jobs/{jobId}/result");
        json.WriteEndObject();
    }

    private static string Time(long unixMs)
        => DateTimeOffset.FromUnixTimeMilliseconds(unixMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
