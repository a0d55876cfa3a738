using System.Text.Json.Nodes;

namespace QueueInference.Functional.Http;

/// <summary>The list of jobs and its pages.</summary>
[Collection("Http")]
public sealed class JobListTests(StandaloneServer server)
{
    private readonly HttpClient _client = server.Client;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(12)]
    [InlineData(200)]
    public async Task List_ByPages_EachJobOnce(int limit)
    {
        // Sent at once, so that several share a millisecond.
        var ids = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => _client.SubmitAsync(Bodies.Job("identity_int8", Int8))));
        var listed = await PagesAsync($"model=identity_int8&limit={limit}", limit);
        Assert.Equal(listed.Count, listed.Distinct().Count());
        Assert.Equal(ids.Order(), listed.Take(12).Order());
    }

    [Fact]
    public async Task List_NewestFirst()
    {
        var jobs = (await _client.GetJsonAsync("/v1/jobs?limit=200"))["jobs"]!.AsArray();
        var times = jobs.Select(job => job!.Text("created_at")).ToList();
        Assert.Equal(times.OrderDescending(), times);
    }

    [Fact]
    public async Task List_ByState_OnlyThese()
    {
        var failed = (await _client.RunAsync(Bodies.Job("fails_on_negative", """{"name":"x","datatype":"FP32","shape":[1,4],"data":[-5,1,1,1]}"""))).Text("id");
        var succeeded = (await _client.RunAsync(Bodies.Job("fails_on_negative", """{"name":"x","datatype":"FP32","shape":[1,4],"data":[5,1,1,1]}"""))).Text("id");
        foreach (var (state, id) in new[] { ("failed", failed), ("succeeded", succeeded) })
        {
            var jobs = (await _client.GetJsonAsync($"/v1/jobs?model=fails_on_negative&state={state}"))["jobs"]!.AsArray();
            Assert.Equal(id, jobs[0]!.Text("id"));
            Assert.All(jobs, job => Assert.Equal((state, "fails_on_negative"), (job!.Text("state"), job!.Text("model"))));
            Assert.All(jobs, job => Assert.Null(job!["result"]));
        }
    }

    [Theory]
    [InlineData("model=nothing")]
    [InlineData("model=digits&state=expired")]
    public async Task List_NoSuchJobs_Empty(string query)
    {
        var page = await _client.GetJsonAsync($"/v1/jobs?{query}");
        Assert.Empty(page["jobs"]!.AsArray());
        Assert.Null(page["next_cursor"]);
    }

    [Fact]
    public async Task List_AfterDelete_Gone()
    {
        var id = (await _client.RunAsync(Bodies.Job("identity_int16", Int8.Replace("INT8", "INT16", StringComparison.Ordinal)))).Text("id");
        using var forgotten = await _client.CallAsync("DELETE", $"/v1/jobs/{id}");
        Assert.DoesNotContain(id, await PagesAsync("model=identity_int16", 50));
    }

    private const string Int8 = """{"name":"x","datatype":"INT8","shape":[1,1],"data":[1]}""";

    private async Task<List<string>> PagesAsync(string query, int limit)
    {
        var ids = new List<string>();
        JsonNode page;
        var cursor = "";
        do
        {
            page = await _client.GetJsonAsync($"/v1/jobs?{query}{cursor}");
            Assert.True(page["jobs"]!.AsArray().Count <= limit);
            ids.AddRange(page["jobs"]!.AsArray().Select(job => job!.Text("id")));
            cursor = $"&cursor={page["next_cursor"]}";
        }
        while (page["next_cursor"] is not null);
        return ids;
    }
}
