using System.Collections.Concurrent;
using System.Net;
using QueueInference.Functional.Hosts;
using QueueInference.Functional.Services;
using StackExchange.Redis;

namespace QueueInference.Functional.Promise;

/// <summary>A Redis dies under load, and its replica takes its place, perhaps without the last that it knew.</summary>
public sealed class RedisFailoverTests(TestServices services, ITestOutputHelper output)
{
    private const int Before = 200, Tail = 100, After = 200;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReplicaIsPromotedUnderLoad_EveryAcceptedJobEnds_AndWhatWasLostIsTold(bool losesTail)
    {
        await using var primary = await RedisProcess.StartAsync();
        await using var replica = await RedisProcess.StartAsync("--replicaof", "127.0.0.1", primary.Address.Split(':')[1]);
        await using var cluster = new Cluster(services.RabbitMq, $"{primary.Address},{replica.Address}", workers: 2, new()
        {
            ["Jobs__Lease"] = "00:00:06", ["Jobs__LeaseGrace"] = "00:00:10", ["Jobs__ConfirmWindow"] = "00:00:10", ["Api__SweepInterval"] = "00:00:01",
        });
        var model = cluster.Models.AddDigits();
        await using var admin = await ConnectionMultiplexer.ConnectAsync(replica.Address + ",allowAdmin=true");
        var server = admin.GetServers()[0];
        await Wait.UntilAsync(async () => ((string?)await server.ExecuteAsync("INFO", "replication"))!.Contains("master_link_status:up", StringComparison.Ordinal),
            TimeSpan.FromSeconds(30), "the replica to follow");
        await cluster.StartAsync();

        var accepted = new ConcurrentQueue<string>();
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 4).Select(caller => SubmitAsync(cluster, model, caller, accepted, stop.Token)).ToList();
        await AcceptedAsync(accepted, Before);
        if (losesTail)
        {
            // It stays a replica, of nobody.
            await server.ExecuteAsync("REPLICAOF", "127.0.0.1", Ports.Free());
            await AcceptedAsync(accepted, accepted.Count + Tail);
        }

        primary.Kill();
        await server.ExecuteAsync("REPLICAOF", "NO", "ONE");
        await AcceptedAsync(accepted, accepted.Count + After);
        await stop.CancelAsync();
        await Task.WhenAll(callers);

        var ends = await Task.WhenAll(accepted.Select(id => EndAsync(cluster, id)));
        output.WriteLine(string.Join(", ", ends.CountBy(end => end).Select(end => $"{end.Value} {end.Key}")));
        Assert.All(ends, end => Assert.Contains(end, new[] { "succeeded", "result-lost", "lost-by-broker", "enqueue-failed" }));
        Assert.InRange(ends.Count(end => end == "succeeded"), Before + After - 20, accepted.Count);
        Assert.Equal(losesTail, ends.Contains("result-lost"));
    }

    private static Task AcceptedAsync(ConcurrentQueue<string> accepted, int count) =>
        Wait.UntilAsync(() => accepted.Count >= count, TimeSpan.FromSeconds(90), $"{count} jobs to be accepted");

    private static async Task SubmitAsync(Cluster cluster, string model, int caller, ConcurrentQueue<string> accepted, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var (status, job) = await cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture(i)), key: $"{caller} {i}");
            if (status is HttpStatusCode.Accepted or HttpStatusCode.OK)
            {
                accepted.Enqueue(JobClient.Id(job));
            }
            else
            {
                Assert.True(status == HttpStatusCode.ServiceUnavailable, $"{status} {job}");
            }
        }
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
