using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using QueueInference.Functional.Hosts;
using QueueInference.Functional.Payloads;
using QueueInference.Functional.Services;

namespace QueueInference.Functional.Promise;

/// <summary>A hundred thousand jobs in ten calls, over RabbitMQ and Redis: every answer right, and neither process grows much.</summary>
public sealed class BulkLoadTests(TestServices services, ITestOutputHelper output)
{
    private const int Calls = 10, Jobs = 10_000;
    private const long MostGrowth = 100_000_000;

    [Fact]
    public async Task TenCalls_OfTenThousand_AreRightAndTakeLittleMemory()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=3", workers: 1);
        var model = cluster.Models.AddTestModel("identity_fp32");
        await cluster.StartAsync();
        foreach (var form in new[] { Form.Array, Form.Lines, Form.Multipart })
        {
            await CallAsync(cluster, model, form, 1_000);
        }

        await using var api = new MemoryWatch(cluster.Api.Id);
        await using var worker = new MemoryWatch(cluster.Workers[0].Id);
        for (var call = 0; call < Calls; call++)
        {
            var watch = Stopwatch.StartNew();
            await CallAsync(cluster, model, (Form)(call % 3), Jobs);
            output.WriteLine($"{(Form)(call % 3)}: {Jobs / watch.Elapsed.TotalSeconds:F0} jobs/s, submitted and read");
        }

        output.WriteLine($"resident, before and growth at most: Api {api.Before / 1e6:F0} +{api.Growth / 1e6:F0} MB, Worker {worker.Before / 1e6:F0} +{worker.Growth / 1e6:F0} MB");
        Assert.All([api.Growth, worker.Growth], growth => Assert.InRange(growth, 0, MostGrowth));
    }

    private enum Form
    {
        Array,
        Lines,
        Multipart,
    }

    private static async Task CallAsync(Cluster cluster, string model, Form form, int count)
    {
        using var submitted = await cluster.Api.Http.PostAsync("/v1/jobs/bulk", Body(model, form, count), TestContext.Current.CancellationToken);
        var entries = await EntriesAsync(submitted);
        Assert.Equal(Enumerable.Range(0, count), entries.Select(Index));
        Assert.All(entries, entry => Assert.True(entry.TryGetProperty("id", out _), $"{entry}"));
        var ids = entries.Select(JobClient.Id).ToList();
        Assert.Equal(count, ids.Distinct().Count());

        using var read = await cluster.Api.Http.PostAsync("/v1/jobs/results?wait=60",
            new StringContent($$"""{"ids":["{{string.Join("\",\"", ids)}}"]}""", Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        var results = await EntriesAsync(read);
        Assert.Equal(Enumerable.Range(0, count), results.Select(Index).Order());
        Assert.All(results, result =>
        {
            var job = result.GetProperty("job");
            Assert.Equal(ids[Index(result)], JobClient.Id(job));
            Assert.Equal([Index(result), 2], JobClient.Output(job));
        });
    }

    private static HttpContent Body(string model, Form form, int count)
    {
        var jobs = Enumerable.Range(0, count).Select(i => $$"""{"model":"{{model}}","inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":[{{i}},2]}]}""");
        return form switch
        {
            Form.Array => new StringContent($"[{string.Join(',', jobs)}]", Encoding.UTF8, "application/json"),
            Form.Lines => new StringContent(string.Join('\n', jobs), Encoding.UTF8, "application/x-ndjson"),
            _ => Parts(model, count),
        };
    }

    private static MultipartContent Parts(string model, int count)
    {
        var header = Encoding.ASCII.GetBytes($$$"""{"model":"{{{model}}}","inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"parameters":{"binary_data_size":8}}]}""");
        var body = new MultipartContent("mixed");
        for (var i = 0; i < count; i++)
        {
            var part = new ByteArrayContent([.. header, .. BitConverter.GetBytes((float)i), .. BitConverter.GetBytes(2f)]);
            part.Headers.ContentType = new("application/octet-stream");
            part.Headers.Add("Inference-Header-Content-Length", header.Length.ToString(CultureInfo.InvariantCulture));
            body.Add(part);
        }

        return body;
    }

    private static async Task<List<JsonElement>> EntriesAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.MultiStatus, text);
        return answer.Content.Headers.ContentType?.MediaType == "application/x-ndjson"
            ? [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)]
            : [.. JsonDocument.Parse(text).RootElement.EnumerateArray()];
    }

    private static int Index(JsonElement entry) => entry.GetProperty("index").GetInt32();
}
