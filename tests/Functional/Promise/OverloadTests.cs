using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using QueueInference.Functional.Hosts;
using QueueInference.Functional.Payloads;
using QueueInference.Functional.Services;

namespace QueueInference.Functional.Promise;

/// <summary>Broker or store stand still while thousands of callers come.</summary>
[Collection(Alone.Name)]
public sealed class OverloadTests(ITestOutputHelper output)
{
    private const int Callers = 4000, Pending = 500, Small = 4 << 10, Large = 128 << 10;
    private const long MostGrowth = 250_000_000;
    private static readonly TimeSpan SubmitTimeout = TimeSpan.FromSeconds(5), Slack = TimeSpan.FromSeconds(10);

    private sealed record Refusal(string Type, string? JobId, TimeSpan Took, int RetryAfter);

    [Fact]
    public async Task BrokerStandsStill_FloodIsRefusedEarly_AndNoJobIsLostOrDoubled()
    {
        await using var rabbit = await RabbitMqProcess.StartAsync();
        await using var redis = await RedisProcess.StartAsync();
        await using var cluster = Overloadable(rabbit, redis);
        var model = cluster.Models.AddTestModel("identity_fp32");
        await cluster.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await cluster.Client.SubmitAsync(Body(model), wait: 30)).Status);

        rabbit.Freeze();
        var refusals = await FloodAsync(cluster, Body(model, Small), "/health/live", "/health/ready");
        rabbit.Thaw();
        Assert.All(refusals, refusal => Assert.Contains(refusal.Type, new[] { "overloaded", "enqueue-unconfirmed", "broker-unavailable" }));
        Assert.True(refusals.Count(refusal => refusal.Type == "overloaded") > Callers / 10, "Hardly any was refused early.");

        var last = await WorksAgainAsync(cluster, model);
        var unconfirmed = refusals.Where(refusal => refusal.JobId is not null).Select(refusal => refusal.JobId!).ToList();
        foreach (var id in unconfirmed)
        {
            var ended = await cluster.Client.FinishedAsync(id, TimeSpan.FromSeconds(90));
            Assert.Contains(JobClient.State(ended), new[] { "succeeded", "failed" });
        }

        // There are these jobs, those that were accepted, and no others: whoever was refused has made none.
        Assert.Equal(unconfirmed.Count + last + 1, await CountJobsAsync(cluster.Api.Http));
    }

    [Fact]
    public async Task StoreStandsStill_FloodIsRefused_AndItGoesOn()
    {
        await using var rabbit = await RabbitMqProcess.StartAsync();
        await using var redis = await RedisProcess.StartAsync();
        await using var cluster = Overloadable(rabbit, redis);
        var model = cluster.Models.AddTestModel("identity_fp32");
        await cluster.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await cluster.Client.SubmitAsync(Body(model), wait: 30)).Status);

        redis.Freeze();
        var refusals = await FloodAsync(cluster, Body(model, Large), "/health/live");
        redis.Thaw();
        Assert.All(refusals, refusal => Assert.Contains(refusal.Type, new[] { "overloaded", "store-unavailable" }));
        Assert.Contains(refusals, refusal => refusal.Type == "overloaded");
        await WorksAgainAsync(cluster, model);
    }

    /// <summary>Short spans, so that a sweep is seen within a test.</summary>
    private static Cluster Overloadable(RabbitMqProcess rabbit, RedisProcess redis) => new(rabbit.Address, redis.Address, workers: 1, new()
    {
        ["Api__MaxPendingSubmits"] = $"{Pending}", ["Api__MaxPendingBytes"] = $"{16 << 20}", ["Jobs__ConfirmWindow"] = "00:00:06", ["Api__SweepInterval"] = "00:00:01",
    });

    /// <summary>Everyone at once; each is refused in time, while the process stays small and answers who asks how it is.</summary>
    private async Task<IReadOnlyCollection<Refusal>> FloodAsync(Cluster cluster, StringContent job, params string[] health)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = cluster.Api.Address, Timeout = TimeSpan.FromSeconds(60) };
        await using var memory = new MemoryWatch(cluster.Api.Id);
        using var probe = new HealthProbe(cluster.Api.Address, health);
        var body = await job.ReadAsByteArrayAsync();
        var refusals = new ConcurrentBag<Refusal>();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () => refusals.Add(await RefusedAsync(http, body)))));

        foreach (var type in refusals.GroupBy(refusal => refusal.Type))
        {
            output.WriteLine($"{type.Count()} {type.Key}, after {type.Max(refusal => refusal.Took).TotalSeconds:F1} s at most, Retry-After {type.Min(refusal => refusal.RetryAfter)} to {type.Max(refusal => refusal.RetryAfter)}");
        }

        var (median, worst) = (probe.Percentile(50), probe.Percentile(99));
        output.WriteLine($"health: {probe.Count} times, median {median.TotalMilliseconds:F1} ms, p99 {worst.TotalMilliseconds:F1} ms; memory grew by {memory.Growth / 1e6:F0} MB of {(double)Callers * body.Length / 1e6:F0} MB sent");
        Assert.All(refusals, refusal => Assert.True(refusal.Took < SubmitTimeout + Slack, $"{refusal}"));
        Assert.All(refusals, refusal => Assert.InRange(refusal.RetryAfter, 1, 30));
        Assert.True(median < TimeSpan.FromMilliseconds(200) && worst < SubmitTimeout, $"health took {median}, at worst {worst}");
        Assert.True(memory.Growth < MostGrowth, $"It grew by {memory.Growth} bytes.");
        return refusals;
    }

    private static async Task<Refusal> RefusedAsync(HttpClient http, byte[] body)
    {
        var began = Stopwatch.GetTimestamp();
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var answer = await http.PostAsync("/v1/jobs", content, TestContext.Current.CancellationToken);
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable, $"{answer.StatusCode}: {problem}");
        return new(problem.GetProperty("type").GetString()!["/problems/".Length..], problem.TryGetProperty("job_id", out var id) ? id.GetString() : null,
            Stopwatch.GetElapsedTime(began), (int)answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds);
    }

    /// <summary>Without a restart; answers how many jobs were accepted on the way.</summary>
    private static async Task<int> WorksAgainAsync(Cluster cluster, string model)
    {
        var accepted = 0;
        await Wait.UntilAsync(async () =>
        {
            var (status, job) = await cluster.Client.SubmitAsync(Body(model), wait: 10);
            accepted += status is HttpStatusCode.OK or HttpStatusCode.Accepted ? 1 : 0;
            return status == HttpStatusCode.OK && JobClient.State(job) == "succeeded";
        }, TimeSpan.FromSeconds(60), "jobs to run again");
        return accepted;
    }

    private static async Task<int> CountJobsAsync(HttpClient http)
    {
        var (count, next) = (0, "");
        do
        {
            var page = JsonDocument.Parse(await http.GetStringAsync($"/v1/jobs?limit=200{next}")).RootElement;
            count += page.GetProperty("jobs").GetArrayLength();
            next = page.GetProperty("next_cursor") is { ValueKind: JsonValueKind.String } cursor ? $"&cursor={cursor.GetString()}" : "";
        }
        while (next.Length > 0);
        return count;
    }

    /// <summary>A job in a body of so many bytes.</summary>
    private static StringContent Body(string model, int bytes = Small) => new(
        $$"""{"model":"{{model}}","inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":[1,2]}]}""".PadRight(bytes), Encoding.UTF8, "application/json");
}
