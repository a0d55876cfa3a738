using QueueInference.Functional.Hosts;
using QueueInference.Functional.Services;

namespace QueueInference.Functional.Promise;

/// <summary>Over a RabbitMQ of three nodes: the one that leads the queue dies under load, and the others go on.</summary>
public sealed class RabbitMqClusterTests(ITestOutputHelper output)
{
    private const int Before = 100, After = 200;

    [Fact]
    public async Task LeaderDiesUnderLoad_EveryAcceptedJobSucceeds_AndNoHostRestarts()
    {
        await using var rabbit = await RabbitMqClusterProcess.StartAsync();
        await using var redis = await RedisProcess.StartAsync();
        await using var cluster = new Cluster(rabbit.Address, redis.Address, workers: 2, new()
        {
            ["Jobs__Lease"] = "00:00:06", ["Jobs__ConfirmWindow"] = "00:00:10", ["Api__SweepInterval"] = "00:00:01",
        });
        var model = cluster.Models.AddDigits();
        await cluster.StartAsync();
        await rabbit.WholeAsync();

        await using var load = new SteadyLoad(cluster, model);
        await load.MoreAsync(Before);

        var queue = $"qi.run.{model}.normal";
        var leader = (await rabbit.LeaderAsync(queue))!;
        leader.Kill();
        Assert.NotEqual(leader.Name, (await rabbit.SuccessorAsync(queue, leader)).Name);
        await load.MoreAsync(After);
        await Task.WhenAll(cluster.Workers.Append(cluster.Api).Select(host => host.ReadyAsync()));
        await load.StopAsync();

        var ends = await Task.WhenAll(load.Accepted.Select(async id => JobClient.State(await cluster.Client.FinishedAsync(id, TimeSpan.FromSeconds(60)))));
        output.WriteLine($"{ends.Length} accepted, {ends.Count(end => end == "succeeded")} succeeded");
        Assert.All(ends, end => Assert.Equal("succeeded", end));
        Assert.All(cluster.Workers.Append(cluster.Api), host => Assert.False(host.HasExited));
    }
}
