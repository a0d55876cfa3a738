using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace QueueInference.Api.Problems;

/// <summary>Writes problems as RFC 9457 says.</summary>
internal static class ProblemWriter
{
    /// <summary>The media type of the body.</summary>
    public const string ContentType = "application/problem+json";

    /// <summary>Answers the request with a problem.</summary>
    public static async Task WriteAsync(HttpContext context, Problem problem, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>(512);
        await using (var json = new Utf8JsonWriter(body))
        {
            Write(json, problem, Instance(context.Request), Activity.Current?.TraceId.ToHexString());
        }

        var response = context.Response;
        response.StatusCode = problem.Type.Status;
        response.ContentType = ContentType;
        response.ContentLength = body.WrittenCount;
        response.Headers.CacheControl = "no-store";
        if (problem.RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        await response.Body.WriteAsync(body.WrittenMemory, cancellationToken);
    }

    /// <summary>Writes the object alone, as it also appears inside a bulk answer.</summary>
    public static void Write(Utf8JsonWriter json, Problem problem, string? instance = null, string? traceId = null)
    {
        json.WriteStartObject();
        json.WriteString("type", $"/problems/{problem.Slug}");
        json.WriteString("title", problem.Type.Title);
        json.WriteNumber("status", problem.Type.Status);
        json.WriteString("detail", problem.Detail);
        WriteUnlessNull(json, "instance", instance);
        WriteUnlessNull(json, "trace_id", traceId);
        WriteErrors(json, problem.Errors);
        if (problem.RetryAfter is { } seconds)
        {
            json.WriteNumber("retry_after_seconds", seconds);
        }

        foreach (var (name, value) in problem.Extensions)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
    }

    private static void WriteErrors(Utf8JsonWriter json, IReadOnlyList<ProblemPart> errors)
    {
        if (errors.Count == 0)
        {
            return;
        }

        json.WriteStartArray("errors");
        foreach (var error in errors)
        {
            json.WriteStartObject();
            json.WriteString("pointer", error.Pointer);
            json.WriteString("detail", error.Detail);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteUnlessNull(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    // The query stays out: it may hold what the client would not want in a log.
    private static string Instance(HttpRequest request) => (request.PathBase + request.Path).ToUriComponent();
}
