using System.Net;
using QueueInference.Functional.Hosts;
using QueueInference.Functional.Services;

namespace QueueInference.Functional.Promise;

/// <summary>Workers stop, die, and come late.</summary>
public sealed class WorkerLifeTests(TestServices services)
{
    [Fact]
    public async Task Terminate_UnderLoad_LosesNothingAndRunsNothingTwice()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=3", workers: 2);
        var model = cluster.Models.AddDigits();
        await cluster.StartAsync();
        var ids = await SubmitAsync(cluster, model, 1_000);

        Assert.Equal(0, await cluster.Workers[0].TerminateAsync());

        foreach (var id in ids)
        {
            var job = await cluster.Client.FinishedAsync(id, TimeSpan.FromSeconds(60));
            Assert.Equal(("succeeded", 1), (JobClient.State(job), job.GetProperty("attempt").GetInt32()));
        }
    }

    [Fact]
    public async Task NoWorkerYet_JobsWaitForOne()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=4", workers: 1);
        var model = cluster.Models.AddDigits();
        await cluster.StartAsync();
        Assert.Equal(0, await cluster.Workers[0].TerminateAsync());
        var ids = await SubmitAsync(cluster, model, 50);
        var (_, waiting) = await cluster.Client.GetAsync(ids[10]);
        Assert.Equal("queued", JobClient.State(waiting));
        Assert.InRange(waiting.GetProperty("queue").GetProperty("position").GetInt32(), 0, 49);

        await cluster.Workers[0].StartAsync();
        foreach (var id in ids)
        {
            Assert.Equal("succeeded", JobClient.State(await cluster.Client.FinishedAsync(id, TimeSpan.FromSeconds(30))));
        }
    }

    [Fact]
    public async Task BadRowInABatch_FailsAloneAndHarmsNoNeighbour()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=5", workers: 1);
        var model = cluster.Models.AddTestModel("fails_on_negative");
        await cluster.StartAsync();
        Assert.Equal(0, await cluster.Workers[0].TerminateAsync());
        var ids = new List<(string Id, bool Bad)>();
        for (var i = 0; i < 64; i++)
        {
            var value = i % 16 == 7 ? -1 : 1;
            var (status, job) = await cluster.Client.SubmitAsync(Json($$"""
                {"model":"{{model}}","inputs":[{"name":"x","datatype":"FP32","shape":[1,4],"data":[{{value}},1,1,1]}]}
                """));
            Assert.True(status == HttpStatusCode.Accepted, $"{job}");
            ids.Add((JobClient.Id(job), value < 0));
        }

        await cluster.Workers[0].StartAsync();
        foreach (var (id, bad) in ids)
        {
            var job = await cluster.Client.FinishedAsync(id, TimeSpan.FromSeconds(30));
            Assert.Equal(bad ? "failed" : "succeeded", JobClient.State(job));
            Assert.Equal(bad ? "inference-failed" : null, bad ? job.GetProperty("error").GetProperty("code").GetString() : null);
        }
    }

    [Fact]
    public async Task OutOfMemory_IsTriedAgainInPlace_ThenFailsWithItsReason()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=9", workers: 1);
        var model = cluster.Models.AddTestModel("allocates");
        await cluster.StartAsync();
        var (_, job) = await cluster.Client.SubmitAsync(Json($$"""
            {"model":"{{model}}","inputs":[{"name":"count","datatype":"INT64","shape":[1],"data":[1125899906842624]}]}
            """), wait: 30);
        Assert.Equal(("failed", 3), (JobClient.State(job), job.GetProperty("attempt").GetInt32()));
        Assert.Equal("out-of-memory", job.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task GarbageInTheQueue_IsParkedAndTheWorkerGoesOn()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=10", workers: 1);
        var model = cluster.Models.AddDigits();
        await cluster.StartAsync();
        await using var broker = await BrokerInspector.ConnectAsync(services.RabbitMq);
        await broker.PublishAsync($"qi.run.{model}.normal", "application/vnd.queueinference.jobs", [1, 2, 3]);
        await broker.PublishAsync($"qi.run.{model}.normal", "application/vnd.queueinference.jobs", "QI\u0009\0\0\0"u8.ToArray());
        var (_, job) = await cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture(1)), wait: 30);
        Assert.Equal("succeeded", JobClient.State(job));
        await Wait.UntilAsync(async () => await broker.CountAsync("qi.parked") >= 2, TimeSpan.FromSeconds(20), "both messages to be parked");
    }

    [Fact]
    public async Task BrokerWiped_TheQueueIsDeclaredAgain()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=11", workers: 1);
        var model = cluster.Models.AddDigits();
        await cluster.StartAsync();
        Assert.Equal(0, await cluster.Workers[0].TerminateAsync());
        await using (var broker = await BrokerInspector.ConnectAsync(services.RabbitMq))
        {
            await broker.DeleteAsync($"qi.run.{model}.normal");
        }

        var (status, job) = await cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture(1)));
        Assert.True(status == HttpStatusCode.Accepted, $"{job}");
        await cluster.Workers[0].StartAsync();
        Assert.Equal("succeeded", JobClient.State(await cluster.Client.FinishedAsync(JobClient.Id(job), TimeSpan.FromSeconds(30))));
    }

    [Fact]
    public async Task TextDirection_ServedBare_ClassifiesAPicture()
    {
        var folder = Environment.GetEnvironmentVariable("QI_MODELS_SHARED");
        Assert.SkipWhen(folder is null, "QI_MODELS_SHARED names no folder with text-direction/model.onnx.");
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=6", workers: 1);
        var model = cluster.Models.Add(Path.Combine(folder, "text-direction", "model.onnx"));
        await cluster.StartAsync();
        foreach (var (rows, height, width) in new[] { (1, 48, 192), (3, 48, 192), (2, 32, 100) })
        {
            var data = Convert.ToBase64String(new byte[rows * 3 * height * width * 4]);
            var (_, job) = await cluster.Client.SubmitAsync(Json($$"""
                {"model":"{{model}}","inputs":[{"name":"x","datatype":"FP32","shape":[{{rows}},3,{{height}},{{width}}],"data_base64":"{{data}}"}]}
                """), wait: 30);
            Assert.True(JobClient.State(job) == "succeeded", $"{job}");
            Assert.All(JobClient.Output(job).Chunk(2), pair => Assert.Equal(1, pair.Sum(), 1e-4f));
            Assert.Equal(rows * 2, JobClient.Output(job).Length);
        }
    }

    private static StringContent Json(string text) => new(text, System.Text.Encoding.UTF8, "application/json");

    private static async Task<List<string>> SubmitAsync(Cluster cluster, string model, int count)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, count).Select(seed => cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture(seed)))));
        Assert.All(answers, answer => Assert.True(answer.Status == HttpStatusCode.Accepted, $"{answer.Body}"));
        return [.. answers.Select(answer => JobClient.Id(answer.Body))];
    }
}
