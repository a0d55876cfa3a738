using System.Globalization;
using System.Net;

namespace QueueInference.Functional.Http;

/// <summary>Jobs that have not ended yet. The server is one of these tests' own, because what keeps it busy ends with it only.</summary>
[Collection("Http")]
public sealed class BusyTests(BusyTests.BusyServer server) : IClassFixture<BusyTests.BusyServer>
{
    private const long ForEver = 1_000_000_000_000_000;

    /// <summary>The model is busy for ever, and its worker holds as many jobs of normal priority as it takes; others stay in the queue.</summary>
    public sealed class BusyServer : StandaloneServer, IAsyncLifetime
    {
        /// <summary>The job that runs.</summary>
        public string Running { get; private set; } = "";

        async ValueTask IAsyncLifetime.InitializeAsync()
        {
            await InitializeAsync();
            // At once: a server that says it is ready knows its models.
            Running = await Client.SubmitAsync(Bodies.Busy(ForEver));
            await Client.UntilAsync(Running, "running");
            await Wait.UntilAsync(FillAsync, TimeSpan.FromSeconds(30), "the queue to hold jobs");
        }

        /// <summary>Until some stay behind, however many a worker takes.</summary>
        private async Task<bool> FillAsync()
        {
            await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Client.SubmitAsync(Bodies.Busy(1))));
            return (await Client.GetJsonAsync("/v1/models/busy"))["queue_depth"]!.GetValue<int>() > 8;
        }
    }

    private readonly HttpClient _client = server.Client;

    [Fact]
    public async Task Get_Queued_ItsPlace()
    {
        var job = await _client.JobAsync(await _client.SubmitAsync(Bodies.Busy(1)));
        Assert.Equal("queued", job.Text("state"));
        Assert.True(job["queue"]!["position"]!.GetValue<int>() >= 8);
        Assert.True(job["queue"]!["estimated_start_seconds"]!.GetValue<double>() >= 0);
        Assert.Null(job["started_at"]);
    }

    [Fact]
    public async Task Get_Running_NoPlace()
    {
        using var answer = await _client.CallAsync("GET", $"/v1/jobs/{server.Running}");
        var job = await answer.JsonAsync();
        Assert.Equal("1", answer.Header("Retry-After"));
        Assert.Equal("running", job.Text("state"));
        Assert.Null(job["queue"]);
        Assert.NotNull(job["started_at"]);
        Assert.Null(job["finished_at"]);
    }

    [Fact]
    public async Task Get_WaitTooShort_StateAsItIs() =>
        Assert.Equal("running", (await _client.JobAsync(server.Running, "?wait=0.2")).Text("state"));

    [Theory]
    [InlineData("")]
    [InlineData("?wait=0.2")]
    public async Task Results_WaitTooShort_StatesAsTheyAre(string query)
    {
        var queued = await _client.SubmitAsync(Bodies.Busy(1));
        using var answer = await _client.PostAsync(
            $"/v1/jobs/results{query}", Bodies.Json($$"""{"ids":["{{server.Running}}","{{queued}}"]}"""), TestContext.Current.CancellationToken);
        var entries = (await answer.JsonAsync()).AsArray();
        Assert.Equal(["running", "queued"], entries.Select(entry => entry!["job"]!.Text("state")));
    }

    [Fact]
    public async Task Results_OneEnds_SentBeforeTheOther()
    {
        string[] ids = [await _client.SubmitAsync(Bodies.Busy(1)), await _client.SubmitAsync(Bodies.Busy(1))];
        using var request = await OpenRequest.StartAsync(server.Port, "/v1/jobs/results?wait=60", "application/json");
        await request.SendAsync($$"""{"ids":["{{ids[0]}}","{{ids[1]}}"]}""");
        await request.EndAsync();
        foreach (var index in new[] { 1, 0 })
        {
            using var canceled = await _client.CallAsync("POST", $"/v1/jobs/{ids[index]}/cancel");
            Assert.Equal(HttpStatusCode.OK, canceled.StatusCode);
            var text = await request.ReadUntilAsync($"\"index\":{index},\"job\"");
            Assert.Equal(index == 0, text.Contains("\"index\":0", StringComparison.Ordinal));
        }

        await request.ReadUntilAsync("\r\n0\r\n\r\n");
    }

    [Fact]
    public async Task Submit_WaitTooShort_Accepted()
    {
        using var answer = await _client.PostJobAsync(Bodies.Json(Bodies.Busy(1)), ("Prefer", "wait=1"));
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("respond-async", answer.Header("Preference-Applied"));
        Assert.Equal("1", answer.Header("Retry-After"));
    }

    [Fact]
    public async Task Cancel_Queued_Canceled()
    {
        var id = await _client.SubmitAsync(Bodies.Busy(1));
        using var canceled = await _client.CallAsync("POST", $"/v1/jobs/{id}/cancel");
        Assert.Equal(HttpStatusCode.OK, canceled.StatusCode);
        Assert.Equal("canceled", (await canceled.JsonAsync()).Text("state"));
        using var again = await _client.CallAsync("POST", $"/v1/jobs/{id}/cancel");
        await again.RequireProblemAsync(409, "job-already-finished");
        using var forgotten = await _client.CallAsync("DELETE", $"/v1/jobs/{id}");
        Assert.Equal(HttpStatusCode.NoContent, forgotten.StatusCode);
    }

    [Fact]
    public async Task Cancel_WhileWaited_WaiterTold()
    {
        var id = await _client.SubmitAsync(Bodies.Busy(1));
        var waiting = _client.JobAsync(id, "?wait=30");
        using var canceled = await _client.CallAsync("POST", $"/v1/jobs/{id}/cancel");
        Assert.Equal("canceled", (await waiting).Text("state"));
    }

    [Theory]
    [InlineData("GET", "/result", "job-not-finished")]
    [InlineData("DELETE", "", "job-not-terminal")]
    public async Task Use_Unfinished_Conflict(string method, string path, string slug)
    {
        foreach (var id in new[] { server.Running, await _client.SubmitAsync(Bodies.Busy(1)) })
        {
            using var answer = await _client.CallAsync(method, $"/v1/jobs/{id}{path}");
            await answer.RequireProblemAsync(409, slug);
        }
    }

    [Fact]
    public async Task Deadline_PassesInQueue_Expired()
    {
        // Long enough for the request to be read on a slow machine.
        var deadline = TimeProvider.System.GetUtcNow().AddSeconds(2).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var id = await _client.SubmitAsync(Bodies.Busy(1, $",\"deadline\":\"{deadline}\""));
        var job = await _client.JobAsync(id, "?wait=30");
        Assert.Equal("expired", job.Text("state"));
        Assert.Equal(deadline, job.Text("deadline"));
        Assert.Null(job["result"]);
    }

    [Fact]
    public async Task Metrics_JobsWait_QueueDepth() => await Wait.UntilAsync(
        async () => (await MetricsAsync()).Any(line => line.StartsWith("qi_queue_depth", StringComparison.Ordinal)
            && line.Contains("model=\"busy\"", StringComparison.Ordinal) && !line.EndsWith(" 0", StringComparison.Ordinal)),
        TimeSpan.FromSeconds(20), "the depth of the queue");

    [Fact]
    public async Task Models_JobsWait_DepthAndAge()
    {
        var model = await _client.GetJsonAsync("/v1/models/busy");
        Assert.True(model["queue_depth"]!.GetValue<int>() > 0);
        Assert.True(model["oldest_waiting_seconds"]!.GetValue<double>() > 0);
    }

    [Fact]
    public async Task List_Queued_OnlyThese()
    {
        await _client.SubmitAsync(Bodies.Busy(1));
        var jobs = (await _client.GetJsonAsync("/v1/jobs?state=queued"))["jobs"]!.AsArray();
        Assert.NotEmpty(jobs);
        Assert.All(jobs, job => Assert.Equal("queued", job!.Text("state")));
    }

    private async Task<string[]> MetricsAsync()
    {
        using var answer = await _client.CallAsync("GET", "/metrics");
        return (await answer.Content.ReadAsStringAsync()).Split('\n');
    }
}
