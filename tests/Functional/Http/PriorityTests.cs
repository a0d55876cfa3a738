namespace QueueInference.Functional.Http;

/// <summary>What waits for a busy model runs in the order of its priority.</summary>
[Collection("Http")]
public sealed class PriorityTests(StandaloneServer server)
{
    [Fact]
    public async Task Submit_Priorities_HighFirst()
    {
        var client = server.Client;
        // Some three seconds of work, while the others arrive; theirs takes long enough to tell their ends apart.
        var first = await client.SubmitAsync(Bodies.Busy(2_000_000));
        await client.UntilAsync(first, "running");
        string[] ids =
        [
            await client.SubmitAsync(Bodies.Busy(100_000, ",\"priority\":\"low\"")),
            await client.SubmitAsync(Bodies.Busy(100_000)),
            await client.SubmitAsync(Bodies.Busy(100_000, ",\"priority\":\"high\"")),
        ];
        foreach (var id in ids)
        {
            await client.UntilAsync(id, "running");
        }

        Assert.Equal("running", (await client.JobAsync(first)).Text("state"));
        var ended = new List<(string Time, string Priority)>();
        foreach (var id in ids)
        {
            var job = await client.JobAsync(id, "?wait=60");
            ended.Add((job.Text("finished_at"), job.Text("priority")));
        }

        Assert.Equal(["high", "normal", "low"], ended.OrderBy(end => end.Time, StringComparer.Ordinal).Select(end => end.Priority));
    }
}
