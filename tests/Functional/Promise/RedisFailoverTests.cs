using System.Diagnostics;
using System.Globalization;
using System.Net;
using QueueInference.Functional.Hosts;
using QueueInference.Functional.Services;

namespace QueueInference.Functional.Promise;

/// <summary>A Redis dies under load, and its replica takes its place, perhaps without the last that it knew.</summary>
public sealed class RedisFailoverTests(TestServices services, ITestOutputHelper output)
{
    private const int Before = 200, Tail = 100, After = 200;

    /// <summary>Two, unless <c>QI_TEST_FAILOVERS</c> says more.</summary>
    private static readonly int Failovers = int.Parse(Environment.GetEnvironmentVariable("QI_TEST_FAILOVERS") ?? "2", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReplicaIsPromotedUnderLoad_EveryAcceptedJobEnds_AndWhatWasLostIsTold(bool losesTail)
    {
        await using var redis = await RedisPair.StartAsync();
        await using var cluster = NewCluster(redis, replicas: 0, maxQueueAge: "00:01:00");
        var model = cluster.Models.AddDigits();
        await cluster.StartAsync();

        await using var load = new SteadyLoad(cluster, model);
        await load.MoreAsync(Before);
        if (losesTail)
        {
            await redis.CutOffAsync();
            await load.MoreAsync(Tail);
        }

        await redis.FailOverAsync();
        await load.MoreAsync(After);
        await load.StopAsync();

        var ends = await EndsAsync(cluster, load.Accepted);
        Assert.All(ends, end => Assert.Contains(end, new[] { "succeeded", "result-lost", "lost-by-broker", "enqueue-failed", "expired" }));
        Assert.InRange(ends.Count(end => end == "succeeded"), Before + After - 20, load.Accepted.Count);
        Assert.Equal(losesTail, ends.Contains("result-lost"));
    }

    /// <summary>Again and again, with a replica that must have what anybody is told.</summary>
    [Fact]
    public async Task ReplicaThatIsWaitedFor_IsPromotedUnderLoad_NothingAcceptedIsLost()
    {
        await using var redis = await RedisPair.StartAsync();
        await using var cluster = NewCluster(redis, replicas: 1);
        var model = cluster.Models.AddDigits();
        await cluster.StartAsync();

        await using var load = new SteadyLoad(cluster, model);
        await load.MoreAsync(Before);
        for (var round = 0; round < Failovers; round++)
        {
            await redis.FailOverAsync();
            await redis.ReturnAsync();
            await load.MoreAsync(Tail);
        }

        await load.StopAsync();
        Assert.All(await EndsAsync(cluster, load.Accepted), end => Assert.Equal("succeeded", end));
    }

    /// <summary>Strict: without the replica nothing is accepted, and nobody waits long to hear it.</summary>
    [Fact]
    public async Task ReplicaThatIsWaitedFor_IsCutOff_SubmissionsAreRefusedInTime_AndNothingAcceptedIsLost()
    {
        await using var redis = await RedisPair.StartAsync();
        await using var cluster = NewCluster(redis, replicas: 1);
        var model = cluster.Models.AddDigits();
        await cluster.StartAsync();

        await using var load = new SteadyLoad(cluster, model);
        await load.MoreAsync(Before);
        await redis.CutOffAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => RefusedAsync(cluster, model, i)));
        await redis.FailOverAsync();
        await redis.ReturnAsync();
        await load.MoreAsync(After);
        await load.StopAsync();
        Assert.All(await EndsAsync(cluster, load.Accepted), end => Assert.Equal("succeeded", end));
    }

    /// <param name="redis">The store.</param>
    /// <param name="replicas">How many are waited for.</param>
    /// <param name="maxQueueAge">After which a job expires whose claim and end were both in a tail that is lost: nothing tells it from one that waits.</param>
    private Cluster NewCluster(RedisPair redis, int replicas, string maxQueueAge = "1.00:00:00") => new(services.RabbitMq, redis.Addresses, workers: 2, new()
    {
        ["Jobs__Lease"] = "00:00:06", ["Jobs__LeaseGrace"] = "00:00:10", ["Jobs__ConfirmWindow"] = "00:00:10", ["Api__SweepInterval"] = "00:00:01",
        ["Redis__WaitForReplicas"] = $"{replicas}", ["Jobs__MaxQueueAge"] = maxQueueAge,
    });

    /// <summary>What is said within the time that a store has, and some for a busy machine.</summary>
    private static async Task RefusedAsync(Cluster cluster, string model, int number)
    {
        var watch = Stopwatch.StartNew();
        var (status, problem) = await cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture(number)), key: $"cut off {number}");
        Assert.True(status == HttpStatusCode.ServiceUnavailable, $"{status} {problem}");
        Assert.EndsWith("/store-unavailable", problem.GetProperty("type").GetString(), StringComparison.Ordinal);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(6));
    }

    private async Task<string[]> EndsAsync(Cluster cluster, IEnumerable<string> accepted)
    {
        var ends = await Task.WhenAll(accepted.Select(id => EndAsync(cluster, id)));
        output.WriteLine(string.Join(", ", ends.CountBy(end => end).Select(end => $"{end.Value} {end.Key}")));
        return ends;
    }

    /// <summary>How a job ended: its state, or why there is no result.</summary>
    private static async Task<string> EndAsync(Cluster cluster, string id)
    {
        var end = "";
        await Wait.UntilAsync(async () =>
        {
            var (status, job) = await cluster.Client.GetAsync(id, wait: 5);
            end = status switch
            {
                HttpStatusCode.OK => JobClient.State(job) is var state && state == "failed" ? job.GetProperty("error").GetProperty("code").GetString()! : state,
                HttpStatusCode.ServiceUnavailable => "",
                _ => job.GetProperty("type").GetString()!.Split('/')[^1],
            };
            return end is not ("" or "queued" or "running");
        }, TimeSpan.FromSeconds(120), $"{id} to end, which is {end}");
        return end;
    }
}
