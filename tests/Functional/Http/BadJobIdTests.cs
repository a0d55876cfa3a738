namespace QueueInference.Functional.Http;

/// <summary>Jobs that are not there, or not in the state that the call needs.</summary>
public sealed class BadJobIdTests(StandaloneServer server) : BadInputTests(server)
{
    // As long as a real one, with a check that is not ours.
    private const string MadeUp = "p0001m82w1mtxzpet1wd460d55xbje8";

    [Theory]
    [InlineData(MadeUp)]
    [InlineData("P0001M82W1MTXZPET1WD460D55XBJE8")]
    [InlineData("canary")]
    [InlineData("1")]
    [InlineData("..%2fjobs")]
    [InlineData("p00010000000000000000000000000000000000000000000000000000000000000000000000000")]
    public async Task Use_UnknownJob_NotFound(string id)
    {
        foreach (var (method, path) in new[] { ("GET", ""), ("GET", "?wait=30"), ("GET", "/result"), ("POST", "/cancel"), ("DELETE", "") })
        {
            using var answer = await Client.CallAsync(method, $"/v1/jobs/{id}{path}");
            var problem = await answer.RequireProblemAsync(404, "job-not-found");
            Assert.Equal("There is no such job.", problem.Text("detail"));
        }
    }

    [Fact]
    public async Task Get_OneCharacterOff_NotFound()
    {
        var id = (await Client.RunAsync(Bodies.Job())).Text("id");
        for (var i = 1; i < id.Length; i++)
        {
            var other = $"{id[..i]}{(id[i] == '7' ? '6' : '7')}{id[(i + 1)..]}";
            using var answer = await Client.CallAsync("GET", $"/v1/jobs/{other}");
            await answer.RequireProblemAsync(404, "job-not-found");
        }
    }

    [Fact]
    public async Task Get_AfterResultTtl_Expired()
    {
        var id = (await Client.RunAsync(Bodies.Job(more: ",\"result_ttl_seconds\":1"))).Text("id");
        await Wait.UntilAsync(async () =>
        {
            using var probe = await Client.CallAsync("GET", $"/v1/jobs/{id}");
            return (int)probe.StatusCode == 410;
        }, TimeSpan.FromSeconds(10), "the result to expire");
        foreach (var path in new[] { "", "?wait=1", "/result" })
        {
            using var answer = await Client.CallAsync("GET", $"/v1/jobs/{id}{path}");
            await answer.RequireProblemAsync(410, "result-expired");
        }
    }

    [Fact]
    public async Task Cancel_Finished_AlreadyFinished()
    {
        var id = (await Client.RunAsync(Bodies.Job())).Text("id");
        using var answer = await Client.CallAsync("POST", $"/v1/jobs/{id}/cancel");
        await answer.RequireProblemAsync(409, "job-already-finished");
        Assert.Equal("succeeded", (await Client.JobAsync(id)).Text("state"));
    }
}
