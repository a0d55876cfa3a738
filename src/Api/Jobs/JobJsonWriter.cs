using System.Collections.ObjectModel;
using System.Globalization;
using System.Text.Json;
using QueueInference.Api.Results;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Payloads;
using QueueInference.Core.Tensors;

namespace QueueInference.Api.Jobs;

/// <summary>Where a queued job stands.</summary>
/// <param name="Position">Jobs of its model that came before it and wait too.</param>
/// <param name="EstimatedStartSeconds">Its share of the age of the oldest waiting job.</param>
internal sealed record QueuePlace(long Position, double EstimatedStartSeconds);

/// <summary>A job as clients see it.</summary>
internal static class JobJsonWriter
{
    /// <summary>Writes the job object.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="job">The record; not forgotten.</param>
    /// <param name="outputs">The result, where the job has one and it is wanted.</param>
    /// <param name="place">Where it stands, while it is queued.</param>
    public static void Write(Utf8JsonWriter json, JobRecord job, IReadOnlyList<Tensor>? outputs = null, QueuePlace? place = null)
    {
        var spec = job.Spec!;
        json.WriteStartObject();
        json.WriteString("id", job.Id.Text);
        json.WriteString("model", spec.Model);
        json.WriteString("version", (job.Run?.Version ?? spec.Version)?.ToString(CultureInfo.InvariantCulture));
        json.WriteString("state", job.State.Name());
        json.WriteNumber("attempt", job.Attempt);
        json.WriteString("priority", PriorityName(spec.Priority));
        WriteTimes(json, job, spec);
        WritePlace(json, place);
        WriteRun(json, job);
        WriteResult(json, job, spec, outputs);
        WriteError(json, job.Error);
        WriteMetadata(json, spec);
        WriteLinks(json, job.Id);
        json.WriteEndObject();
    }

    /// <summary>RFC 3339 in UTC with milliseconds.</summary>
    public static string Time(long unixMs) =>
        DateTimeOffset.FromUnixTimeMilliseconds(unixMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string PriorityName(JobPriority priority) => priority switch
    {
        JobPriority.High => "high",
        JobPriority.Low => "low",
        _ => "normal",
    };

    private static void WriteTimes(Utf8JsonWriter json, JobRecord job, JobSpec spec)
    {
        WriteTime(json, "created_at", spec.CreatedAt);
        WriteTime(json, "started_at", job.State == JobState.Queued ? null : job.ClaimedAt);
        WriteTime(json, "finished_at", job.FinishedAt);
        WriteTime(json, "expires_at", job.ExpiresAt);
        if (spec.Deadline is { } deadline)
        {
            WriteTime(json, "deadline", deadline);
        }
    }

    private static void WriteTime(Utf8JsonWriter json, string name, long? unixMs) => json.WriteString(name, unixMs is { } ms ? Time(ms) : null);

    private static void WritePlace(Utf8JsonWriter json, QueuePlace? place)
    {
        if (place is not null)
        {
            json.WriteStartObject("queue");
            json.WriteNumber("position", place.Position);
            json.WriteNumber("estimated_start_seconds", Math.Round(place.EstimatedStartSeconds, 3));
            json.WriteEndObject();
        }
    }

    private static void WriteRun(Utf8JsonWriter json, JobRecord job)
    {
        if (job.Run is { } run)
        {
            json.WriteStartObject("timings_ms");
            json.WriteNumber("queued", run.Timings.Queued);
            json.WriteNumber("batched", run.Timings.Batched);
            json.WriteNumber("inference", run.Timings.Inference);
            json.WriteEndObject();
            json.WriteNumber("batch_size", run.BatchSize);
            json.WriteString("model_sha256", run.Sha256);
        }

        json.WriteString("worker", job.Worker);
    }

    private static void WriteResult(Utf8JsonWriter json, JobRecord job, JobSpec spec, IReadOnlyList<Tensor>? outputs)
    {
        json.WritePropertyName("result");
        if (outputs is null || AbsentData.PayloadOf(outputs) is not null)
        {
            json.WriteNullValue();
            if (outputs is not null)
            {
                // Too large for JSON: the result's own address has it.
                json.WriteNumber("result_bytes", Payloads.Bytes(outputs));
            }

            return;
        }

        InferenceResponseWriter.Write(json, new InferenceResponse(spec.Model, job.Run?.Version ?? 0, job.Id.Text, outputs));
    }

    private static void WriteError(Utf8JsonWriter json, JobError? error)
    {
        json.WritePropertyName("error");
        if (error is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteString("code", error.Code);
        json.WriteString("message", error.Message);
        json.WriteEndObject();
    }

    private static void WriteMetadata(Utf8JsonWriter json, JobSpec spec)
    {
        json.WriteStartObject("metadata");
        foreach (var (key, value) in spec.Metadata ?? ReadOnlyDictionary<string, string>.Empty)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteLinks(Utf8JsonWriter json, JobId id)
    {
        json.WriteStartObject("links");
        json.WriteString("self", $"/v1/jobs/{id.Text}");
        json.WriteString("result", $"/v1/jobs/{id.Text}/result");
        json.WriteString("cancel", $"/v1/jobs/{id.Text}/cancel");
        json.WriteEndObject();
    }
}
