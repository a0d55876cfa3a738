using System.Diagnostics;
using QueueInference.Functional.Hosts;
using QueueInference.Functional.Services;

namespace QueueInference.Functional.Promise;

/// <summary>More models than fit in memory.</summary>
public sealed class ResidencyTests(TestServices services)
{
    private const int Models = 5, JobsOfEach = 400;

    /// <summary>Each model takes a little more than 8 MiB, and two of five fit into 20.</summary>
    [Fact]
    public async Task FiveBusyModels_WithRoomForTwo_AllMakeProgress()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=13", workers: 1, new() { ["Worker__MemoryBudgetMb"] = "20" });
        string[] models = [.. Enumerable.Range(0, Models).Select(_ => Heavy(cluster.Models))];
        await cluster.StartAsync();
        Assert.Equal(0, await MemoryAsync(cluster));

        var most = 0L;
        var load = Task.WhenAll(models.Select(model => KeepBusyAsync(cluster, model)));
        while (!load.IsCompleted)
        {
            most = Math.Max(most, await MemoryAsync(cluster));
            await Task.WhenAny(load, Task.Delay(100, TestContext.Current.CancellationToken));
        }

        foreach (var longest in await load)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"longest without an answer: {longest.TotalSeconds:0.0} s");
            // Four others before it, each at most three turns of a second, and their loads; twice that on a slow machine.
            Assert.InRange(longest, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        }

        Assert.InRange(most, 8L << 20, 20L << 20);
        Assert.InRange(await cluster.Workers[0].MetricAsync("qi_model_evictions_total"), 3, double.MaxValue);
    }

    /// <summary>A version that is hot is replaced by one that is loaded before it takes over.</summary>
    [Fact]
    public async Task NewVersionOfAModelInUse_TakesOverAndTheOldOneGoes()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=13", workers: 1,
            new() { ["Worker__MemoryBudgetMb"] = "200", ["Worker__PollInterval"] = "00:00:00.2" });
        var model = cluster.Models.AddDigits();
        await cluster.StartAsync();
        await AnswerOfAsync(cluster, model, version: "1");

        cluster.Models.AddVersion(model, 2, File.ReadAllBytes(Path.Combine(cluster.Models.VersionFolder(model, 1), "model.onnx")));
        await Wait.UntilAsync(async () => (await cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture(1)), wait: 30)).Body.GetProperty("version").GetString() == "2",
            TimeSpan.FromSeconds(60), "version 2 to answer");
        await Wait.UntilAsync(async () => await cluster.Workers[0].MetricAsync("qi_model_memory_bytes", $"model=\"{model}\"", "version=\"1\"") is 0, TimeSpan.FromSeconds(30), "version 1 to go");
    }

    [Fact]
    public async Task ModelLargerThanTheBudget_IsRefusedWithWhatToDo()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=13", workers: 1, new() { ["Worker__MemoryBudgetMb"] = "4" });
        var (small, large) = (cluster.Models.AddTestModel("identity_fp32"), Heavy(cluster.Models));
        await cluster.StartAsync();

        await AnswerOfAsync(cluster, small, version: "1", Rows.Of(small, 1));
        Assert.Contains("more than the whole budget of 4 MiB. Raise Worker:MemoryBudgetMb", cluster.Workers[0].Output, StringComparison.Ordinal);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await cluster.Client.SubmitAsync(Rows.Of(large, 1))).Status);
    }

    /// <summary>A thousand models, of which nobody asked for all but three.</summary>
    [Fact]
    public async Task ThousandModels_StartAndStayWithinTheirMemory()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=13", workers: 1, new() { ["Worker__MemoryBudgetMb"] = "64" });
        string[] models = [.. Enumerable.Range(0, 1000).Select(_ => cluster.Models.AddTestModel("identity_fp32"))];
        await cluster.Api.StartAsync();
        var watch = Stopwatch.StartNew();
        await cluster.Workers[0].StartAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"ready after {watch.Elapsed.TotalSeconds:0.0} s, {cluster.Workers[0].ResidentBytes >> 20} MiB");

        foreach (var model in new[] { models[0], models[500], models[999] })
        {
            await AnswerOfAsync(cluster, model, version: "1", Rows.Of(model, 7));
        }

        Assert.InRange(await cluster.Workers[0].MetricAsync("qi_model_memory_bytes"), 1, 64 << 20);
        Assert.InRange(cluster.Workers[0].ResidentBytes, 0, 600L << 20);
    }

    /// <summary>Redis says that the job runs, and only the broker knows that nobody has its message.</summary>
    [Fact]
    public async Task WorkerKilledWithTheOnlyJob_TheNextOneFindsItsQueue()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=13", workers: 1, new() { ["Worker__MemoryBudgetMb"] = "200", ["Jobs__Lease"] = "00:00:03" });
        var model = cluster.Models.AddTestModel("spins", """{"timeout_ms":5000}""");
        await cluster.StartAsync();
        var id = JobClient.Id((await cluster.Client.SubmitAsync(Rows.Of(model, 1e18f))).Body);
        await Wait.UntilAsync(async () => JobClient.State((await cluster.Client.GetAsync(id)).Body) == "running", TimeSpan.FromSeconds(60), "the job to run");

        cluster.Workers[0].Kill();
        await cluster.Workers[0].StartAsync();

        var ended = await cluster.Client.FinishedAsync(id, TimeSpan.FromSeconds(90));
        Assert.Contains("timeout_ms", ended.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    /// <summary>Jobs are let in before the first load finds out that they must not be padded.</summary>
    [Fact]
    public async Task ModelWhosePaddingIsRefusedAtItsFirstLoad_AnswersTheJobsThatWaitedForIt()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=13", workers: 1, new() { ["Worker__MemoryBudgetMb"] = "200" });
        var model = cluster.Models.AddTestModel("sequence_mean", """{"batching":{"sequence_buckets":[8,16]}}""");
        await cluster.StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(1, 12).Select(length => cluster.Client.SubmitAsync(Sequence(model, length), wait: 60)));

        Assert.All(answers, answer => Assert.Equal("succeeded", JobClient.State(answer.Body)));
    }

    private static HttpContent Sequence(string model, int length) => new StringContent(
        $$"""{"model":"{{model}}","inputs":[{"name":"x","datatype":"FP32","shape":[1,{{length}}],"data":[{{string.Join(',', Enumerable.Repeat(1, length))}}]}]}""",
        System.Text.Encoding.UTF8, "application/json");

    private static async Task AnswerOfAsync(Cluster cluster, string model, string version, HttpContent? body = null)
    {
        var (_, job) = await cluster.Client.SubmitAsync(body ?? Digits.Body(model, Digits.Picture(1)), wait: 60);
        Assert.Equal(("succeeded", version), (JobClient.State(job), job.GetProperty("version").GetString()));
    }

    /// <summary>Keeps jobs waiting for a model; answers the longest time between two answers.</summary>
    private static async Task<TimeSpan> KeepBusyAsync(Cluster cluster, string model)
    {
        var (watch, longest) = (Stopwatch.StartNew(), TimeSpan.Zero);
        await Parallel.ForEachAsync(Enumerable.Range(0, JobsOfEach), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (job, _) =>
        {
            var (_, answer) = await cluster.Client.SubmitAsync(Rows.Of(model, job), wait: 60);
            Assert.True(answer.TryGetProperty("state", out var state) && state.GetString() == "succeeded", answer.GetRawText());
            lock (watch)
            {
                longest = watch.Elapsed > longest ? watch.Elapsed : longest;
                watch.Restart();
            }
        });
        return longest;
    }

    private static Task<double> MemoryOf(Cluster cluster) => cluster.Workers[0].MetricAsync("qi_model_memory_bytes");

    private static async Task<long> MemoryAsync(Cluster cluster) => (long)await MemoryOf(cluster);

    /// <summary>A small model with ballast beside it: the files of a version count.</summary>
    private static string Heavy(Repository models)
    {
        var model = models.AddTestModel("identity_fp32");
        File.WriteAllBytes(Path.Combine(models.VersionFolder(model, 1), "ballast.bin"), new byte[8 << 20]);
        return model;
    }
}
