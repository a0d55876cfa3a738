using System.Text.Json.Nodes;

namespace QueueInference.Functional.Http;

/// <summary>Bulk calls whose two directions are open at once.</summary>
[Collection("Http")]
public sealed class BulkStreamTests(StandaloneServer server)
{
    private readonly HttpClient _client = server.Client;

    [Theory]
    [InlineData("application/x-ndjson", "", "\n", "")]
    [InlineData("application/json", "[", "", ",")]
    public async Task Submit_ItemByItem_EachAnsweredBeforeTheNext(string type, string open, string end, string next)
    {
        using var request = await OpenRequest.StartAsync(server.Port, "/v1/jobs/bulk", type);
        for (var i = 0; i < 3; i++)
        {
            await request.SendAsync($"{(i == 0 ? open : next)}{Bodies.Job()}{end}");
            Assert.Contains(" 207 ", await request.ReadUntilAsync($"\"index\":{i},\"id\""), StringComparison.Ordinal);
        }

        await request.SendAsync(type == "application/json" ? "]" : "\n");
        await request.EndAsync();
        await request.ReadUntilAsync("\r\n0\r\n\r\n");
    }

    [Fact]
    public async Task Submit_BodyCutOff_LastEntrySaysSo()
    {
        using var request = await OpenRequest.StartAsync(server.Port, "/v1/jobs/bulk", "application/json");
        await request.SendAsync($"[{Bodies.Job()},{{\"mod");
        await request.EndAsync();
        var text = await request.ReadUntilAsync("\r\n0\r\n\r\n");
        Assert.Contains("\"index\":0,\"id\"", text, StringComparison.Ordinal);
        Assert.Contains("\"index\":1,\"error\":{\"type\":\"/problems/malformed-json\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_ClientGone_AcceptedRunsOn()
    {
        var label = Guid.NewGuid().ToString("N");
        var job = Bodies.Job().Replace(Bodies.Canary, label, StringComparison.Ordinal);
        var accepted = 0;
        using (var request = await OpenRequest.StartAsync(server.Port, "/v1/jobs/bulk", "application/x-ndjson"))
        {
            await request.SendAsync(string.Concat(Enumerable.Repeat(job + "\n", 100)));
            await request.SendAsync("{\"model\":\"");
            // A slow machine may refuse some of them; what was accepted must run.
            accepted = (await request.ReadUntilAsync("\"index\":99,")).Split(",\"id\":\"").Length - 1;
            Assert.True(accepted > 0);
            request.Reset();
        }

        await Wait.UntilAsync(async () => (await MineAsync(label)) >= accepted, TimeSpan.FromSeconds(30), "all that was accepted to succeed");
        using var next = await _client.PostJobAsync(Bodies.Json(Bodies.Job()));
        Assert.True(next.IsSuccessStatusCode);
    }

    /// <summary>Jobs with this label that have succeeded.</summary>
    private async Task<int> MineAsync(string label)
    {
        var page = await _client.GetJsonAsync("/v1/jobs?state=succeeded&limit=200");
        return page["jobs"]!.AsArray().Count(job => (job!["metadata"] as JsonObject)?["order"]?.GetValue<string>() == label);
    }
}
