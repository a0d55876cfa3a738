using System.Globalization;
using System.Net;
using QueueInference.Functional.Hosts;
using QueueInference.Functional.Services;

namespace QueueInference.Functional.Promise;

/// <summary>What the batch engine does with unequal jobs.</summary>
public sealed class EngineTests(TestServices services)
{
    [Fact]
    public async Task JobLargerThanABatch_ComesBackWholeAndLetsOthersIn()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=12", workers: 1);
        var model = cluster.Models.AddTestModel("identity_fp32", """{"batching":{"max_batch_size":8},"warmup":[{"x":[1,1]}]}""");
        await cluster.StartAsync();

        var large = cluster.Client.SubmitAsync(Rows(model, [.. Enumerable.Range(0, 100).Select(i => (float)i)]), wait: 30);
        var small = await cluster.Client.SubmitAsync(Rows(model, [7]), wait: 30);

        Assert.Equal(Enumerable.Range(0, 100).Select(i => (float)i), JobClient.Output((await large).Body));
        Assert.Equal([7f], JobClient.Output(small.Body));
        Assert.InRange((await large).Body.GetProperty("batch_size").GetInt32(), 1, 8);
    }

    [Fact]
    public async Task OneBadRowOfALargeJob_FailsThatJobOnce()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=12", workers: 1);
        var model = cluster.Models.AddTestModel("fails_on_negative", """{"batching":{"max_batch_size":8}}""");
        await cluster.StartAsync();
        var large = cluster.Client.SubmitAsync(Rows(model, [.. Enumerable.Range(0, 100).Select(i => i == 50 ? -1f : i)], columns: 4), wait: 30);
        var neighbours = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => cluster.Client.SubmitAsync(Rows(model, [i], columns: 4), wait: 30)));

        Assert.Equal(("failed", "inference-failed"), (JobClient.State((await large).Body), (await large).Body.GetProperty("error").GetProperty("code").GetString()));
        Assert.All(neighbours, answer => Assert.Equal("succeeded", JobClient.State(answer.Body)));
        Assert.Equal(HttpStatusCode.OK, (await cluster.Client.SubmitAsync(Rows(model, [1], columns: 4), wait: 30)).Status);
    }

    [Fact]
    public async Task NotFinite_WhereTheModelForbidsIt_FailsWithItsReason()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=12", workers: 1);
        var model = cluster.Models.AddTestModel("identity_fp32", """{"finite_inputs":true}""");
        await cluster.StartAsync();

        var (_, job) = await cluster.Client.SubmitAsync(Rows(model, [float.NaN]), wait: 30);

        Assert.Equal(("failed", "invalid-input"), (JobClient.State(job), job.GetProperty("error").GetProperty("code").GetString()));
        Assert.Contains("not finite", job.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunThatHangs_IsStoppedAndHarmsNoNeighbour()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=12", workers: 1);
        var model = cluster.Models.AddTestModel("spins", """{"timeout_ms":1000}""");
        await cluster.StartAsync();

        var hangs = cluster.Client.SubmitAsync(Rows(model, [1e18f]), wait: 60);
        var neighbours = await Task.WhenAll(Enumerable.Range(1, 12).Select(i => cluster.Client.SubmitAsync(Rows(model, [i]), wait: 60)));

        Assert.All(neighbours, answer => Assert.Equal("succeeded", JobClient.State(answer.Body)));
        Assert.Equal("failed", JobClient.State((await hangs).Body));
        Assert.Contains("timeout_ms", (await hangs).Body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ModelThatMixesItsRows_AnswersEachJobAsIfAlone()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=12", workers: 1);
        var model = cluster.Models.AddTestModel("batch_mean");
        await cluster.StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(1, 20).Select(i => cluster.Client.SubmitAsync(Rows(model, [i], columns: 3), wait: 30)));

        Assert.All(answers, answer => Assert.Equal([0f, 0, 0], JobClient.Output(answer.Body)));
        using var status = await cluster.Api.Http.GetAsync($"/v1/models/{model}", TestContext.Current.CancellationToken);
        var version = System.Text.Json.JsonDocument.Parse(await status.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("versions")[0];
        Assert.False(version.GetProperty("batch_safe").GetBoolean());
        Assert.Equal(1, version.GetProperty("max_batch_size").GetInt32());
    }

    [Fact]
    public async Task DeadlineThatPassesInTheWorker_ExpiresTheJob()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=12", workers: 1);
        // Each in a run of its own, however late the worker's threads get to them: two that shared one would leave a core free.
        var model = cluster.Models.AddTestModel("spins", """{"timeout_ms":25000,"batching":{"max_batch_size":1}}""");
        await cluster.StartAsync();

        // Those that hang keep every core for 25 seconds, which is longer than a slow machine needs to send the last one.
        var busy = new List<string>();
        for (var core = 0; core < Environment.ProcessorCount; core++)
        {
            busy.Add(await StartedAsync(cluster, model, isFirst: true));
        }

        var late = TimeProvider.System.GetUtcNow().AddSeconds(1).ToString("O", CultureInfo.InvariantCulture);
        var (_, job) = await cluster.Client.SubmitAsync(Rows(model, [1], deadline: late), wait: 60);

        Assert.Equal("expired", JobClient.State(job));
        foreach (var id in busy)
        {
            Assert.Equal("failed", JobClient.State(await cluster.Client.FinishedAsync(id, TimeSpan.FromSeconds(90))));
        }
    }

    /// <summary>The store loses their records, and with them the leases, while they wait in the worker for a core: the messages must not be acknowledged.</summary>
    [Fact]
    public async Task StoreForgetsJobsThatWaitInTheWorker_EachStillEnds()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var cluster = new Cluster(services.RabbitMq, redis.Address, workers: 1, new() { ["Jobs__Lease"] = "00:00:03", ["Api__SweepInterval"] = "00:00:01" });
        var model = cluster.Models.AddTestModel("spins", """{"timeout_ms":12000,"batching":{"max_batch_size":1}}""");
        await cluster.StartAsync();
        for (var core = 0; core < Environment.ProcessorCount; core++)
        {
            await StartedAsync(cluster, model, 1e18f);
        }

        var waiting = await Task.WhenAll(Enumerable.Range(1, 10).Select(row => StartedAsync(cluster, model, row)));
        await using (var store = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync(redis.Address + ",allowAdmin=true"))
        {
            await store.GetServers()[0].FlushAllDatabasesAsync();
        }

        foreach (var id in waiting)
        {
            await Wait.UntilAsync(async () => await cluster.Client.GetAsync(id, wait: 2) is { Status: HttpStatusCode.OK, Body: var job } && JobClient.State(job) == "succeeded",
                TimeSpan.FromSeconds(60), $"{id} to succeed");
        }
    }

    /// <summary>Claimed, which is not yet run: one that must be first has the higher priority, or another could overtake it.</summary>
    private static async Task<string> StartedAsync(Cluster cluster, string model, float row = 1e18f, bool isFirst = false)
    {
        var id = JobClient.Id((await cluster.Client.SubmitAsync(Rows(model, [row], isFirst: isFirst))).Body);
        await Wait.UntilAsync(async () => JobClient.State((await cluster.Client.GetAsync(id)).Body) == "running", TimeSpan.FromSeconds(20), "the job to run");
        return id;
    }

    private static HttpContent Rows(string model, float[] rows, int columns = 1, string? deadline = null, bool isFirst = false)
    {
        var data = rows.SelectMany(row => Enumerable.Repeat(row, columns)).ToArray();
        var bytes = Convert.ToBase64String(System.Runtime.InteropServices.MemoryMarshal.AsBytes(data.AsSpan()));
        var shape = string.Create(CultureInfo.InvariantCulture, $"[{rows.Length},{columns}]");
        return new StringContent(
            $$"""{"model":"{{model}}",{{(deadline is null ? "" : $"\"deadline\":\"{deadline}\",")}}{{(isFirst ? "\"priority\":\"high\"," : "")}}"inputs":[{"name":"x","datatype":"FP32","shape":{{shape}},"data_base64":"{{bytes}}"}]}""",
            System.Text.Encoding.UTF8, "application/json");
    }
}
