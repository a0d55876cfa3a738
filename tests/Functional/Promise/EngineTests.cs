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
        Assert.Equal(8, (await large).Body.GetProperty("batch_size").GetInt32());
    }

    [Fact]
    public async Task OneBadRowOfALargeJob_FailsThatJobOnce()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=12", workers: 1);
        var model = cluster.Models.AddTestModel("fails_on_negative", """{"batching":{"max_batch_size":8},"warmup":[{"x":[1,1]}]}""");
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

    private static HttpContent Rows(string model, float[] rows, int columns = 1)
    {
        var data = rows.SelectMany(row => Enumerable.Repeat(row, columns)).ToArray();
        var bytes = Convert.ToBase64String(System.Runtime.InteropServices.MemoryMarshal.AsBytes(data.AsSpan()));
        var shape = string.Create(CultureInfo.InvariantCulture, $"[{rows.Length},{columns}]");
        return new StringContent(
            $$"""{"model":"{{model}}","inputs":[{"name":"x","datatype":"FP32","shape":{{shape}},"data_base64":"{{bytes}}"}]}""",
            System.Text.Encoding.UTF8, "application/json");
    }
}
