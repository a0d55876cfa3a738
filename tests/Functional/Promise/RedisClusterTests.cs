using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using QueueInference.Functional.Hosts;
using QueueInference.Functional.Services;

namespace QueueInference.Functional.Promise;

/// <summary>Over a Redis Cluster of three nodes, with jobs in all of its parts.</summary>
public sealed class RedisClusterTests(TestServices services)
{
    private const int Jobs = 150;
    private static readonly string Secret = "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task JobsOfAllKinds_AreSpreadOverTheNodes_AndEndAsOverOneRedis()
    {
        await using var redis = await RedisClusterProcess.StartAsync();
        using var receiver = new WebhookReceiver(Secret);
        receiver.Start();
        await using var cluster = new Cluster(services.RabbitMq, redis.Address, workers: 2, new()
        {
            ["Jobs__Partitions"] = "64", ["Webhooks__Secret"] = Secret, ["Webhooks__AllowedHttpHosts__0"] = "127.0.0.1",
            ["Webhooks__Schedule__0"] = "00:00:00", ["Webhooks__Schedule__1"] = "00:00:01",
        });
        var (digits, identity) = (cluster.Models.AddDigits(), cluster.Models.AddTestModel("identity_fp32"));
        await cluster.StartAsync();

        var ids = new List<string>();
        var hook = $$""","webhook":{"url":"{{receiver.Url}}"}""";
        for (var i = 0; i < Jobs; i++)
        {
            var (status, job) = await cluster.Client.SubmitAsync(Digits.Body(digits, Digits.Picture(i), hook), key: $"key {i}");
            Assert.Equal(HttpStatusCode.Accepted, status);
            ids.Add(JobClient.Id(job));
        }

        // A repeat comes to another part by now, and must find the job of the first.
        for (var i = 0; i < Jobs; i += 10)
        {
            Assert.Equal(ids[i], JobClient.Id((await cluster.Client.SubmitAsync(Digits.Body(digits, Digits.Picture(i), hook), key: $"key {i}")).Body));
        }

        Assert.Equal("succeeded", JobClient.State((await cluster.Client.SubmitAsync(Digits.Body(digits, Digits.Picture(1)), wait: 30)).Body));
        foreach (var id in ids)
        {
            Assert.Equal("succeeded", JobClient.State(await cluster.Client.FinishedAsync(id, Soon)));
        }

        await Wait.UntilAsync(() => receiver.Attempts.Count(attempt => attempt.Accepted) >= Jobs, Soon, "every event");
        await LargeJobAsync(cluster, identity);
        Assert.Equal(ids.AsEnumerable().Reverse(), (await ListedAsync(cluster.Api.Http)).Where(ids.Contains));
        Assert.All(await redis.CountAsync("qi:{p*}:job:*"), count => Assert.InRange(count, 1, Jobs));
        Assert.All(await redis.CountAsync("qi:{p*}:open"), count => Assert.Equal(0, count));
        Assert.All(await redis.CountAsync("qi:{p*}:unconfirmed"), count => Assert.Equal(0, count));
    }

    /// <summary>Its data lies in the payload store, in the part of its job; so does that of a repeat.</summary>
    private static async Task LargeJobAsync(Cluster cluster, string model)
    {
        var ids = new HashSet<string>();
        for (var i = 0; i < 2; i++)
        {
            using var body = new LargeBody(model, 2);
            var (status, job) = await cluster.Client.SubmitAsync(body, key: "large");
            Assert.True(status is HttpStatusCode.Accepted or HttpStatusCode.OK, $"{status} {job}");
            ids.Add(JobClient.Id(job));
        }

        Assert.Equal("succeeded", JobClient.State(await cluster.Client.FinishedAsync(Assert.Single(ids), Soon)));
    }

    private static async Task<List<string>> ListedAsync(HttpClient http)
    {
        var (ids, next) = (new List<string>(), "");
        do
        {
            var page = JsonDocument.Parse(await http.GetStringAsync($"/v1/jobs?limit=40{next}")).RootElement;
            ids.AddRange(page.GetProperty("jobs").EnumerateArray().Select(job => JobClient.Id(job)));
            next = page.GetProperty("next_cursor") is { ValueKind: JsonValueKind.String } cursor ? $"&cursor={cursor.GetString()}" : "";
        }
        while (next.Length > 0);
        return ids;
    }
}
