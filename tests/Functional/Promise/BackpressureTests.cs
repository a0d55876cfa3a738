using System.Globalization;
using System.Net;
using QueueInference.Functional.Hosts;
using QueueInference.Functional.Http;
using QueueInference.Functional.Services;

namespace QueueInference.Functional.Promise;

/// <summary>A full queue says when to come again, and means it.</summary>
public sealed class BackpressureTests(TestServices services, ITestOutputHelper output)
{
    private const int Limit = 100;
    private const string OneByOne = """{"batching":{"max_batch_size":1}}""";

    [Fact]
    public async Task QueueFull_RetryAfterFollowsTheDrainRate_AndWhoObeysItIsTaken()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=4", workers: 1,
            new() { ["Jobs__MaxQueuedPerModel"] = $"{Limit}" });
        var (fast, slow) = (cluster.Models.AddTestModel("spins", OneByOne), cluster.Models.AddTestModel("spins", OneByOne));
        await cluster.StartAsync();
        var http = cluster.Api.Http;
        var trips = await TripsPerSecondAsync(http, fast);
        var (fastJob, slowJob) = (Job(fast, trips / 50), Job(slow, trips / 2));
        await http.RunAsync(slowJob);

        // A tenth of the limit: at 50 a second the fifth of one, at 2 a second five seconds.
        var ofFast = await FillAsync(http, fastJob, seconds => seconds <= 2);
        var ofSlow = await FillAsync(http, slowJob, seconds => seconds is > 2 and <= 30);
        output.WriteLine($"fast: {ofFast} s, slow: {ofSlow} s");

        // A job of a bulk is told the same, and a turn behind the one before it.
        using var bulk = await http.PostAsync("/v1/jobs/bulk", Bodies.Json($"[{slowJob}]"), TestContext.Current.CancellationToken);
        var refused = (await bulk.JsonAsync())[0]!["error"]!;
        Assert.Equal("/problems/queue-full", refused.Text("type"));
        Assert.InRange(refused["retry_after_seconds"]!.GetValue<int>(), ofSlow - 1, 60);

        await Task.Delay(TimeSpan.FromSeconds(ofSlow), TestContext.Current.CancellationToken);
        await http.SubmitAsync(slowJob);
    }

    /// <summary>Submits until the queue is full and the refusal says what is expected: how fast a worker is, the Api hears after some seconds.</summary>
    private static async Task<int> FillAsync(HttpClient http, string job, Predicate<int> isExpected)
    {
        var seconds = 0;
        await Wait.UntilAsync(async () =>
        {
            seconds = 0;
            for (var i = 0; i < 32 && seconds == 0; i++)
            {
                using var answer = await http.PostJobAsync(Bodies.Json(job));
                seconds = answer.StatusCode == HttpStatusCode.Accepted ? 0 : await ToldAsync(answer);
            }

            return seconds > 0 && isExpected(seconds);
        }, TimeSpan.FromSeconds(60), "a full queue to tell when there is room");
        return seconds;
    }

    /// <summary>The seconds that a refusal names, in all three places; 0 where they are not measured.</summary>
    private static async Task<int> ToldAsync(HttpResponseMessage answer)
    {
        var problem = await answer.RequireProblemAsync(503, "queue-full");
        var seconds = int.Parse(answer.Header("Retry-After"), CultureInfo.InvariantCulture);
        Assert.Equal(seconds, problem["retry_after_seconds"]!.GetValue<int>());
        Assert.Contains($"{seconds} seconds", problem.Text("detail"), StringComparison.Ordinal);
        return problem.Text("detail").Contains("at the present pace", StringComparison.Ordinal) ? seconds : 0;
    }

    /// <summary>How far this machine counts in a second.</summary>
    private static async Task<long> TripsPerSecondAsync(HttpClient http, string model)
    {
        const long trips = 100_000;
        var ms = (await http.RunAsync(Job(model, trips)))["timings_ms"]!["inference"]!.GetValue<double>();
        return (long)(trips / ms * 1000);
    }

    private static string Job(string model, long trips) =>
        $$"""{"model":"{{model}}","inputs":[{"name":"x","datatype":"FP32","shape":[1,1],"data":[{{trips}}]}]}""";
}
