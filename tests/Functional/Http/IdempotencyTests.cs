using System.Net;

namespace QueueInference.Functional.Http;

/// <summary>Repeats with one key are one job.</summary>
[Collection("Http")]
public sealed class IdempotencyTests(StandaloneServer server)
{
    private readonly HttpClient _client = server.Client;
    private readonly string _key = Guid.NewGuid().ToString();

    [Fact]
    public async Task Submit_SameAgain_Replayed()
    {
        using var first = await SubmitAsync(Bodies.Job());
        Assert.Equal(HttpStatusCode.Accepted, first.StatusCode);
        Assert.False(first.Headers.Contains("Idempotency-Replayed"));
        var id = (await first.JsonAsync()).Text("id");
        foreach (var key in new[] { _key, $"\"{_key}\"" })
        {
            using var again = await _client.PostJobAsync(Bodies.Json(Bodies.Job()), ("Idempotency-Key", key), ("Prefer", "wait=30"));
            Assert.Equal("true", again.Header("Idempotency-Replayed"));
            Assert.Equal(id, (await again.JsonAsync()).Text("id"));
            Assert.Equal($"/v1/jobs/{id}", again.Header("Location"));
        }
    }

    /// <summary>A client that looks at the state must find the result beside it.</summary>
    [Fact]
    public async Task Submit_SameAgainWhenFinished_HoldsTheResult()
    {
        using var first = await _client.PostJobAsync(Bodies.Json(Bodies.Job()), ("Idempotency-Key", _key), ("Prefer", "wait=30"));
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        using var again = await SubmitAsync(Bodies.Job());
        var job = await again.JsonAsync();
        Assert.Equal("succeeded", job.Text("state"));
        Assert.NotNull(job["result"]);
    }

    [Fact]
    public async Task Submit_OtherBody_Refused()
    {
        using var first = await SubmitAsync(Bodies.Job());
        using var other = await SubmitAsync(Bodies.Job() + " ");
        await other.RequireProblemAsync(422, "idempotency-key-reused");
    }

    [Fact]
    public async Task Submit_RefusedBefore_KeyStillFree()
    {
        using var refused = await SubmitAsync(Bodies.Job("nothing"));
        await refused.RequireProblemAsync(404, "model-not-found");
        using var accepted = await SubmitAsync(Bodies.Job());
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.False(accepted.Headers.Contains("Idempotency-Replayed"));
    }

    [Fact]
    public async Task Submit_ManyAtOnce_OneJob()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => SubmitAsync(Bodies.Job())));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode));
        Assert.Equal(63, answers.Count(answer => answer.Headers.Contains("Idempotency-Replayed")));
        var ids = await Task.WhenAll(answers.Select(async answer => (await answer.JsonAsync()).Text("id")));
        Assert.Single(ids.Distinct());
        var newest = (await _client.GetJsonAsync("/v1/jobs?limit=2"))["jobs"]!.AsArray();
        Assert.Single(newest, job => job!.Text("id") == ids[0]);
        Array.ForEach(answers, answer => answer.Dispose());
    }

    private Task<HttpResponseMessage> SubmitAsync(string body) => _client.PostJobAsync(Bodies.Json(body), ("Idempotency-Key", _key));
}
