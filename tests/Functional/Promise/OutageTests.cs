using System.Diagnostics;
using System.Net;
using QueueInference.Functional.Hosts;
using QueueInference.Functional.Services;

namespace QueueInference.Functional.Promise;

/// <summary>Broker and store of the test's own are killed and come back.</summary>
public sealed class OutageTests
{
    /// <summary>Short spans, so that a sweep is seen within a test.</summary>
    private static readonly Dictionary<string, string> Impatient = new() { ["Jobs__ConfirmWindow"] = "00:00:06", ["Api__SweepInterval"] = "00:00:01" };

    [Fact]
    public async Task BrokerDown_SubmitAnswers503WithAnId_AndThatJobEnds()
    {
        await using var rabbit = await RabbitMqProcess.StartAsync();
        await using var redis = await RedisProcess.StartAsync();
        await using var cluster = new Cluster(rabbit.Address, redis.Address, workers: 1, Impatient);
        var model = cluster.Models.AddDigits();
        await cluster.StartAsync();
        var (_, before) = await cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture(1)), wait: 30);
        Assert.Equal("succeeded", JobClient.State(before));

        rabbit.Kill();
        var watch = Stopwatch.StartNew();
        var (status, problem) = await cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture(2)));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(6), $"answered after {watch.Elapsed}");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("/problems/enqueue-unconfirmed", problem.GetProperty("type").GetString());
        var id = problem.GetProperty("job_id").GetString()!;

        // From then on a submission fails at once, and nothing is reserved for it.
        watch.Restart();
        (status, problem) = await cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture(3)));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "/problems/broker-unavailable"), (status, problem.GetProperty("type").GetString()));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), $"answered after {watch.Elapsed}");

        await rabbit.RunAsync();
        var ended = await cluster.Client.FinishedAsync(id, TimeSpan.FromSeconds(90));
        Assert.Contains(JobClient.State(ended), new[] { "succeeded", "failed" });

        // And it goes on without a restart.
        var last = "nothing";
        await Wait.UntilAsync(async () =>
        {
            var (again, job) = await cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture(4)), wait: 10);
            last = $"{again} {job.GetRawText()}";
            return again == HttpStatusCode.OK && JobClient.State(job) == "succeeded";
        }, TimeSpan.FromSeconds(120), () => $"jobs to run again; the last answer: {last}; the worker: {cluster.Workers[0].Output}");
    }

    [Fact]
    public async Task BrokerKilledWithJobsQueued_AllAreRunAfterItsReturn()
    {
        await using var rabbit = await RabbitMqProcess.StartAsync();
        await using var redis = await RedisProcess.StartAsync();
        await using var cluster = new Cluster(rabbit.Address, redis.Address, workers: 1);
        var model = cluster.Models.AddDigits();
        await cluster.StartAsync();
        cluster.Workers[0].Kill();
        var ids = new List<string>();
        for (var seed = 0; seed < 200; seed++)
        {
            var (status, job) = await cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture(seed)));
            Assert.Equal(HttpStatusCode.Accepted, status);
            ids.Add(JobClient.Id(job));
        }

        rabbit.Kill();
        await rabbit.RunAsync();
        await cluster.Workers[0].StartAsync();
        foreach (var id in ids)
        {
            Assert.Equal("succeeded", JobClient.State(await cluster.Client.FinishedAsync(id, TimeSpan.FromSeconds(60))));
        }
    }

    [Fact]
    public async Task StoreDown_Is503NeverAFalse404_AndItGoesOn()
    {
        await using var rabbit = await RabbitMqProcess.StartAsync();
        await using var redis = await RedisProcess.StartAsync();
        await using var cluster = new Cluster(rabbit.Address, redis.Address, workers: 1);
        var model = cluster.Models.AddDigits();
        await cluster.StartAsync();
        var (_, job) = await cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture(1)), wait: 30);
        var expected = JobClient.Output(job);

        redis.Kill();
        var watch = Stopwatch.StartNew();
        var (status, problem) = await cluster.Client.GetAsync(JobClient.Id(job));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "/problems/store-unavailable"), (status, problem.GetProperty("type").GetString()));
        (status, problem) = await cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture(2)));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "/problems/store-unavailable"), (status, problem.GetProperty("type").GetString()));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(6), $"answered after {watch.Elapsed}");

        await redis.RunAsync();
        Assert.Equal(expected, JobClient.Output(await cluster.Client.FinishedAsync(JobClient.Id(job), TimeSpan.FromSeconds(30))));
        await Wait.UntilAsync(async () =>
        {
            var (again, body) = await cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture(3)), wait: 10);
            return again == HttpStatusCode.OK && JobClient.State(body) == "succeeded";
        }, TimeSpan.FromSeconds(30), "jobs to run again");
    }

    [Fact]
    public async Task HostsBeforeBrokerAndStore_BecomeReadyByThemselves()
    {
        await using var rabbit = await RabbitMqProcess.StartAsync();
        await using var redis = await RedisProcess.StartAsync();
        rabbit.Kill();
        redis.Kill();
        await using var cluster = new Cluster(rabbit.Address, redis.Address, workers: 1);
        var model = cluster.Models.AddDigits();
        cluster.Api.Launch();
        cluster.Workers[0].Launch();
        await Wait.UntilAsync(async () => await StatusAsync(cluster.Api, "/health/live") == HttpStatusCode.OK, TimeSpan.FromSeconds(30), "the Api to live");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(cluster.Api, "/health/ready"));

        await rabbit.RunAsync();
        await redis.RunAsync();
        await cluster.Api.ReadyAsync();
        await cluster.Workers[0].ReadyAsync();
        var (_, job) = await cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture(1)), wait: 30);
        Assert.Equal("succeeded", JobClient.State(job));
    }

    private static async Task<HttpStatusCode?> StatusAsync(HostProcess host, string path)
    {
        try
        {
            using var response = await host.Http.GetAsync(path);
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
