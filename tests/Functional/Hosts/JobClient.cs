using System.Net;
using System.Text.Json;

namespace QueueInference.Functional.Hosts;

/// <summary>A client as a user would write one.</summary>
internal sealed class JobClient(HttpClient http)
{
    /// <summary>Submits, and answers the status and the body.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> SubmitAsync(HttpContent body, int? wait = null, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs") { Content = body };
        if (wait is not null)
        {
            request.Headers.Add("Prefer", $"wait={wait}");
        }

        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await ReadAsync(response));
    }

    public async Task<(HttpStatusCode Status, JsonElement Body)> GetAsync(string id, int wait = 0)
    {
        using var response = await http.GetAsync($"/v1/jobs/{id}?wait={wait}", TestContext.Current.CancellationToken);
        return (response.StatusCode, await ReadAsync(response));
    }

    /// <summary>Waits until a job is terminal, over restarts and outages, and answers it.</summary>
    public async Task<JsonElement> FinishedAsync(string id, TimeSpan within)
    {
        JsonElement job = default;
        await Wait.UntilAsync(async () =>
        {
            try
            {
                var (status, body) = await GetAsync(id, wait: 10);
                Assert.True(status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{id}: {status} {body}");
                job = body;
                return status == HttpStatusCode.OK && State(body) is not ("queued" or "running");
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, within, $"job {id} to end");
        return job;
    }

    public static string State(JsonElement job) => job.GetProperty("state").GetString()!;

    public static string Id(JsonElement job) => job.GetProperty("id").GetString()!;

    public static float[] Output(JsonElement job) =>
        [.. job.GetProperty("result").GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(value => value.GetSingle())];

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }
}
