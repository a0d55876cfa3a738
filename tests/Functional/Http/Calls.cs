using System.Net;
using System.Text.Json.Nodes;

namespace QueueInference.Functional.Http;

/// <summary>Requests that many tests make.</summary>
internal static class Calls
{
    /// <summary>Submits a job with further headers, and does not judge the answer.</summary>
    public static async Task<HttpResponseMessage> PostJobAsync(this HttpClient client, HttpContent body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs") { Content = body };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request);
    }

    /// <summary>Sends a request without a body.</summary>
    public static async Task<HttpResponseMessage> CallAsync(this HttpClient client, string method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request);
    }

    /// <summary>Submits a job that is accepted; answers its id.</summary>
    public static async Task<string> SubmitAsync(this HttpClient client, string body, params (string Name, string Value)[] headers)
    {
        using var answer = await client.PostJobAsync(Bodies.Json(body), headers);
        var job = await answer.JsonAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, job.ToJsonString());
        return job.Text("id");
    }

    /// <summary>Submits a job and waits for its end.</summary>
    public static async Task<JsonNode> RunAsync(this HttpClient client, string body)
    {
        using var answer = await client.PostJobAsync(Bodies.Json(body), ("Prefer", "wait=30"));
        var job = await answer.JsonAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, job.ToJsonString());
        return job;
    }

    /// <summary>The job as it is now.</summary>
    public static async Task<JsonNode> JobAsync(this HttpClient client, string id, string query = "") => await client.GetJsonAsync($"/v1/jobs/{id}{query}");

    /// <summary>Waits for a state.</summary>
    public static Task UntilAsync(this HttpClient client, string id, string state) => Wait.UntilAsync(
        async () => (await client.JobAsync(id)).Text("state") == state, TimeSpan.FromSeconds(20), $"{id} to be {state}");

    public static async Task<JsonNode> GetJsonAsync(this HttpClient client, string path)
    {
        using var answer = await client.CallAsync("GET", path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.JsonAsync();
    }

    public static async Task<JsonNode> JsonAsync(this HttpResponseMessage answer) => JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

    /// <summary>The text of a property.</summary>
    public static string Text(this JsonNode json, string name) => json[name]!.GetValue<string>();

    /// <summary>The data of the only output.</summary>
    public static string Data(this JsonNode job) => Assert.Single(job["result"]!["outputs"]!.AsArray())!["data"]!.ToJsonString();

    /// <summary>A header that is there once.</summary>
    public static string Header(this HttpResponseMessage answer, string name) =>
        Assert.Single(answer.Headers.TryGetValues(name, out var values) || answer.Content.Headers.TryGetValues(name, out values) ? values : []);

    /// <summary>Checks that the answer is this problem.</summary>
    public static async Task<JsonNode> RequireProblemAsync(this HttpResponseMessage answer, int status, string slug)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(status == (int)answer.StatusCode, $"{(int)answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.ToString());
        var problem = JsonNode.Parse(text)!;
        Assert.Equal($"/problems/{slug}", problem.Text("type"));
        Assert.Equal(status, problem["status"]!.GetValue<int>());
        return problem;
    }
}
