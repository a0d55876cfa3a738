using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using QueueInference.Functional.Hosts;
using QueueInference.Functional.Services;

namespace QueueInference.Functional.Promise;

/// <summary>Thousands of callers wait on one Api, each on a connection of its own, and it hardly notices.</summary>
/// <remarks><c>QI_TEST_LONG_POLLS=20000</c> makes it as many as one Api is meant to hold. It takes as many open files, here and there.</remarks>
[Collection(Alone.Name)]
public sealed class LongPollTests(TestServices services, ITestOutputHelper output)
{
    private const int BulkJobs = 10_000, Canceled = 1000;
    private static readonly TimeSpan MostForHealth = TimeSpan.FromMilliseconds(200), Measured = TimeSpan.FromSeconds(20);
    private static readonly int Polls = int.Parse(Environment.GetEnvironmentVariable("QI_TEST_LONG_POLLS") ?? "2000", CultureInfo.InvariantCulture);

    /// <summary>Long enough for all to be there at the same time.</summary>
    private static readonly int Seconds = Polls > 4000 ? 60 : 35;

    [Fact]
    public async Task ThousandsWait_HealthAnswersAtOnce_AndEachIsAnswered()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=5", workers: 1);
        var model = cluster.Models.AddTestModel("identity_fp32");
        await cluster.StartAsync();
        cluster.Workers[0].Kill();
        var ids = await SubmitAsync(cluster.Api.Http, model);
        var alone = Resident(cluster.Api.Id);

        var polls = await StartAsync(cluster.Api.Address, ids);
        var answers = polls.Select(poll => poll.AnswerAsync()).ToList();
        await MeasureAsync(cluster.Api, alone, answers);

        // These are canceled and wake their callers; the others wait until their time is over.
        await Parallel.ForEachAsync(Enumerable.Range(0, Canceled), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, cancellationToken) =>
        {
            using var canceled = await cluster.Api.Http.PostAsync($"/v1/jobs/{ids[i]}/cancel", null, cancellationToken);
            Assert.Equal(HttpStatusCode.OK, canceled.StatusCode);
        });
        var states = await Task.WhenAll(answers).WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, Polls).Select(i => i < Canceled ? "canceled" : "queued"), states);
        polls.ForEach(poll => poll.Dispose());

        var (_, job) = await cluster.Client.GetAsync(ids[^1]);
        Assert.Equal("queued", JobClient.State(job));
        output.WriteLine($"all answered; resident {Resident(cluster.Api.Id) / 1e6:F0} MB");
    }

    /// <summary>While all of them wait.</summary>
    private async Task MeasureAsync(HostProcess api, long alone, List<Task<string>> answers)
    {
        await RequireWaitingAsync(answers);
        using var probe = new HealthProbe(api.Address, "/health/live", "/health/ready");
        var (began, before) = (Stopwatch.GetTimestamp(), Processor(api.Id));
        await Task.Delay(Measured, TestContext.Current.CancellationToken);
        var cores = (Processor(api.Id) - before) / Stopwatch.GetElapsedTime(began);
        await RequireWaitingAsync(answers);
        var (median, worst) = (probe.Percentile(50), probe.Percentile(99));
        output.WriteLine($"{Polls} wait: health {probe.Count} times, median {median.TotalMilliseconds:F1} ms, p99 {worst.TotalMilliseconds:F1} ms; "
            + $"{cores:F2} cores; resident {Resident(api.Id) / 1e6:F0} MB, {alone / 1e6:F0} MB before");
        Assert.True(worst < MostForHealth, $"health took {worst}");
    }

    private static async Task RequireWaitingAsync(List<Task<string>> answers)
    {
        var early = answers.Where(answer => answer.IsCompleted).ToList();
        Assert.True(early.Count == 0, early.Count == 0 ? "" : $"{early.Count} were answered early: {await early[0]}");
    }

    private static async Task<List<LongPoll>> StartAsync(Uri host, List<string> ids)
    {
        var polls = new List<LongPoll>();
        foreach (var some in ids.Chunk(100))
        {
            polls.AddRange(await Task.WhenAll(some.Select(id => LongPoll.StartAsync(host, id, Seconds))));
        }

        return polls;
    }

    private static async Task<List<string>> SubmitAsync(HttpClient http, string model)
    {
        var ids = new List<string>();
        while (ids.Count < Polls)
        {
            var jobs = Enumerable.Repeat(
                $$"""{"model":"{{model}}","inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":[1,2]}]}""", Math.Min(BulkJobs, Polls - ids.Count));
            using var answer = await http.PostAsync(
                "/v1/jobs/bulk", new StringContent($"[{string.Join(',', jobs)}]", Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
            ids.AddRange(JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.EnumerateArray().Select(JobClient.Id));
        }

        return ids;
    }

    private static long Resident(int process)
    {
        using var running = Process.GetProcessById(process);
        return running.WorkingSet64;
    }

    private static TimeSpan Processor(int process)
    {
        using var running = Process.GetProcessById(process);
        return running.TotalProcessorTime;
    }
}
