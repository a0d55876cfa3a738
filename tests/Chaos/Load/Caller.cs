using System.Globalization;
using System.Text;
using System.Text.Json;
using QueueInference.Chaos.History;

namespace QueueInference.Chaos.Load;

/// <summary>A client that writes down all it does and sees.</summary>
internal sealed class Caller(Uri address, string model, RunHistory run, int rows = 1, string? webhook = null) : IDisposable
{
    /// <summary>After which a call counts as unanswered.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string _hook = webhook is null ? "" : $$""","webhook":{"url":"{{webhook}}"}""";
    private readonly HttpClient _http = new() { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Submits once.</summary>
    public async Task<Attempt> SubmitAsync(JobHistory job, CancellationToken cancellationToken)
    {
        var x = string.Join(',', Enumerable.Repeat(job.Expected.ToString(CultureInfo.InvariantCulture), rows));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs")
        {
            Content = new StringContent(
                $$$"""{"model":"{{{model}}}","inputs":[{"name":"x","datatype":"FP32","shape":[{{{rows}}},1],"data":[{{{x}}}]}],"metadata":{"key":"{{{job.Key}}}"}{{{_hook}}}}""",
                Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Idempotency-Key", job.Key);
        var at = run.Now;
        var (status, body, trouble) = await SendAsync(request, Patience, cancellationToken);
        var attempt = new Attempt(at, run.Now - at, status, trouble ?? Slug(body), Text(body, status is 200 or 202 ? "id" : "job_id")) { State = Text(body, "state") };
        job.Attempts.Enqueue(attempt);
        return attempt;
    }

    /// <summary>Reads once, waiting for the end if asked to.</summary>
    public async Task<Sighting> ReadAsync(JobHistory job, string id, int wait, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/jobs/{id}?wait={wait}");
        var at = run.Now;
        var (status, body, trouble) = await SendAsync(request, Patience + TimeSpan.FromSeconds(wait), cancellationToken);
        var sighting = new Sighting(run.Now, Math.Max(0, run.Now - at - wait), status, trouble ?? Slug(body))
        {
            State = Text(body, "state"),
            Runs = body.ValueKind == JsonValueKind.Object && body.TryGetProperty("attempt", out var attempt) ? attempt.GetInt32() : 0,
            FinishedAt = Text(body, "finished_at"),
            Answer = Answer(body),
            Error = body.ValueKind == JsonValueKind.Object && body.TryGetProperty("error", out var error) ? Text(error, "code") : null,
        };
        job.Sightings.Enqueue(sighting);
        return sighting;
    }

    /// <summary>Every job of the model, as listed.</summary>
    public async Task<List<JsonElement>> ListAsync(CancellationToken cancellationToken)
    {
        var (jobs, cursor) = (new List<JsonElement>(), "");
        do
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/jobs?model={model}&limit=200{cursor}");
            var (status, body, trouble) = await SendAsync(request, Patience, cancellationToken);
            if (status != 200)
            {
                throw new InvalidOperationException($"The list was answered {status} {trouble} {body}.");
            }

            jobs.AddRange(body.GetProperty("jobs").EnumerateArray());
            cursor = Text(body, "next_cursor") is { } next ? $"&cursor={next}" : "";
        }
        while (cursor.Length > 0);
        return jobs;
    }

    public void Dispose() => _http.Dispose();

    /// <summary>A text property, or null.</summary>
    public static string? Text(JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? Slug(JsonElement body) => Text(body, "type")?.Split('/')[^1];

    private static double? Answer(JsonElement body) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty("result", out var result) && result.ValueKind == JsonValueKind.Object
            ? result.GetProperty("outputs")[0].GetProperty("data")[0].GetDouble()
            : null;

    private async Task<(int? Status, JsonElement Body, string? Trouble)> SendAsync(HttpRequestMessage request, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            using var response = await _http.SendAsync(request, limit.Token);
            var text = await response.Content.ReadAsStringAsync(limit.Token);
            return ((int)response.StatusCode, Parse(text), null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, default, "timeout");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (null, default, "connection");
        }
    }

    private static JsonElement Parse(string text)
    {
        if (text.Length == 0)
        {
            return default;
        }

        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
