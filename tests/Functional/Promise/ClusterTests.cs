using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using QueueInference.Functional.Hosts;
using QueueInference.Functional.Services;

namespace QueueInference.Functional.Promise;

/// <summary>Api and two Workers over RabbitMQ and Redis: every answer right, none lost.</summary>
public sealed class ClusterTests(TestServices services, ITestOutputHelper output)
{
    private const int Jobs = 10_000, Clients = 64;

    [Fact]
    public async Task TenThousandJobs_FromManyClients_AreRightAndBatched()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=1", workers: 2);
        var model = cluster.Models.AddDigits();
        await cluster.StartAsync();

        var watch = Stopwatch.StartNew();
        var results = await RunAsync(cluster, model, _ => Task.CompletedTask);

        var mean = results.Average(result => result.BatchSize);
        output.WriteLine($"{Jobs} jobs from {Clients} clients in {watch.Elapsed.TotalSeconds:F1} s, mean batch {mean:F2}");
        Assert.True(mean > 1, $"mean batch {mean}");
        await AssertQuietAsync(model);
    }

    [Fact]
    public async Task TenThousandJobs_WorkerKilledHalfWay_NoneLostNoneTwice()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=2", workers: 2);
        var model = cluster.Models.AddDigits();
        await cluster.StartAsync();

        var killed = 0;
        var results = await RunAsync(cluster, model, done =>
        {
            if (done >= Jobs / 2 && Interlocked.Exchange(ref killed, 1) == 0)
            {
                cluster.Workers[0].Kill();
            }

            return Task.CompletedTask;
        });

        Assert.Equal(1, killed);
        // A second result would show as a change.
        foreach (var result in results.Where((_, i) => i % 10 == 0))
        {
            var (_, again) = await cluster.Client.GetAsync(result.Id);
            Assert.Equal(result.Output, JobClient.Output(again));
        }

        await AssertQuietAsync(model);
    }

    private sealed record Result(string Id, float[] Output, int BatchSize);

    private static async Task<IReadOnlyCollection<Result>> RunAsync(Cluster cluster, string model, Func<int, Task> progress)
    {
        using var digits = new Digits();
        var results = new ConcurrentBag<Result>();
        await Parallel.ForEachAsync(Enumerable.Range(0, Jobs), new ParallelOptions { MaxDegreeOfParallelism = Clients }, async (seed, _) =>
        {
            var picture = Digits.Picture(seed);
            var (status, job) = await cluster.Client.SubmitAsync(Digits.Body(model, picture), wait: 30);
            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Accepted, $"{status} {job}");
            job = status == HttpStatusCode.OK ? job : await cluster.Client.FinishedAsync(JobClient.Id(job), TimeSpan.FromMinutes(2));
            Assert.True(JobClient.State(job) == "succeeded", $"{job}");
            Assert.All(digits.Expected(picture).Zip(JobClient.Output(job)), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
            results.Add(new Result(JobClient.Id(job), JobClient.Output(job), job.GetProperty("batch_size").GetInt32()));
            await progress(results.Count);
        });
        Assert.Equal(Jobs, results.Select(result => result.Id).Distinct().Count());
        return results;
    }

    /// <summary>Nothing is left behind: no message, ready or unacknowledged.</summary>
    private async Task AssertQuietAsync(string model)
    {
        await using var broker = await BrokerInspector.ConnectAsync(services.RabbitMq);
        await Wait.UntilAsync(async () => await broker.CountAsync($"qi.run.{model}.normal") == 0, TimeSpan.FromSeconds(60), "the queue to be empty");
    }
}
