using System.Buffers;
using System.Globalization;
using System.Text.Json;
using QueueInference.Api.Results;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;

namespace QueueInference.Api.Jobs;

/// <summary>Writes the bodies of the job routes.</summary>
internal static class JobAnswers
{
    public static Task WriteJobAsync(
        HttpContext context, JobRecord job, IReadOnlyList<Tensor>? outputs, QueuePlace? place, CancellationToken cancellationToken) =>
        WriteAsync(context, json => JobJsonWriter.Write(json, job, outputs, place), cancellationToken);

    public static Task WriteListAsync(HttpContext context, IReadOnlyList<JobRecord> jobs, string? next, CancellationToken cancellationToken) =>
        WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("jobs");
            foreach (var job in jobs)
            {
                JobJsonWriter.Write(json, job);
            }

            json.WriteEndArray();
            json.WriteString("next_cursor", next);
            json.WriteEndObject();
        }, cancellationToken);

    /// <summary>The result alone, in the protocol's JSON or binary form, as the caller accepts.</summary>
    public static async Task WriteResultAsync(HttpContext context, JobRecord job, Tensor[] outputs, CancellationToken cancellationToken)
    {
        var result = new InferenceResponse(job.Spec!.Model, job.Run?.Version ?? 0, job.Id.Text, outputs);
        if (!AcceptFilter.WantsBinary(context.Request))
        {
            await WriteAsync(context, json => InferenceResponseWriter.Write(json, result), cancellationToken);
            return;
        }

        var body = new ArrayBufferWriter<byte>();
        var headerLength = InferenceResponseWriter.WriteBinary(body, result);
        context.Response.Headers["Inference-Header-Content-Length"] = headerLength.ToString(CultureInfo.InvariantCulture);
        await SendAsync(context, AcceptFilter.Binary, body, cancellationToken);
    }

    /// <summary>Sends what is written to the JSON writer.</summary>
    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        await using (var json = new Utf8JsonWriter(body))
        {
            write(json);
        }

        await SendAsync(context, "application/json", body, cancellationToken);
    }

    private static async Task SendAsync(HttpContext context, string contentType, ArrayBufferWriter<byte> body, CancellationToken cancellationToken)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.WrittenCount;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(body.WrittenMemory, cancellationToken);
    }
}
