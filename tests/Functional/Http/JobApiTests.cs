using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace QueueInference.Functional.Http;

/// <summary>The life of a job over HTTP, when all goes well.</summary>
[Collection("Http")]
public sealed class JobApiTests(StandaloneServer server)
{
    private readonly HttpClient _client = server.Client;

    [Fact]
    public async Task Submit_Job_AcceptedWithItsPlace()
    {
        using var answer = await _client.PostJobAsync(Bodies.Json(Bodies.Job()));
        var job = await answer.JsonAsync();
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal($"/v1/jobs/{job.Text("id")}", answer.Header("Location"));
        Assert.Equal("1", answer.Header("Retry-After"));
        Assert.Equal("no-store", answer.Header("Cache-Control"));
        Assert.False(answer.Headers.Contains("Preference-Applied"));
        Assert.Contains(job.Text("state"), new[] { "queued", "running", "succeeded" });
        Assert.Equal("canary", job["metadata"]!.Text("order"));
        Assert.Null(job["result"]);
    }

    [Fact]
    public async Task Submit_PreferWait_FinishedJob()
    {
        using var answer = await _client.PostJobAsync(Bodies.Json(Bodies.Job()), ("Prefer", "wait=30"));
        var job = await answer.JsonAsync();
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("wait=30", answer.Header("Preference-Applied"));
        Assert.Equal($"/v1/jobs/{job.Text("id")}", answer.Header("Location"));
        Assert.False(answer.Headers.Contains("Retry-After"));
        Assert.Equal("succeeded", job.Text("state"));
        Assert.Equal("[1,2]", job.Data());
        Assert.Equal("1", job.Text("version"));
        Assert.Equal(1, job["attempt"]!.GetValue<int>());
        Assert.Null(job["error"]);
    }

    [Theory]
    [MemberData(nameof(Digits))]
    public async Task Submit_SampleDigit_Recognized(int digit)
    {
        var job = await _client.RunAsync(Bodies.Digit(digit));
        var probabilities = job["result"]!["outputs"]![0]!["data"]!.AsArray().Select(value => value!.GetValue<double>()).ToList();
        Assert.Equal(10, probabilities.Count);
        Assert.Equal(digit, probabilities.IndexOf(probabilities.Max()));
    }

    [Fact]
    public async Task Submit_FailingInputs_Failed()
    {
        var job = await _client.RunAsync(Bodies.Job("fails_on_negative", """{"name":"x","datatype":"FP32","shape":[1,4],"data":[-5,1,1,1]}"""));
        Assert.Equal("failed", job.Text("state"));
        Assert.Equal("inference-failed", job["error"]!.Text("code"));
        Assert.Null(job["result"]);
        using var result = await _client.CallAsync("GET", $"/v1/jobs/{job.Text("id")}/result");
        await result.RequireProblemAsync(409, "job-without-result");
    }

    [Fact]
    public async Task Submit_OutputsNamed_OnlyThese()
    {
        const string Inputs = """{"name":"a","datatype":"FP32","shape":[1,3],"data":[5,5,5]},{"name":"b","datatype":"FP32","shape":[1,3],"data":[1,2,3]}""";
        var one = await _client.RunAsync(Bodies.Job("two_in_two_out", Inputs, """,  "outputs":[{"name":"diff"}]"""));
        Assert.Equal("[4,3,2]", one.Data());
        var both = await _client.RunAsync(Bodies.Job("two_in_two_out", Inputs, ""","outputs":[{"name":"diff"},{"name":"sum"}]"""));
        Assert.Equal(["diff", "sum"], both["result"]!["outputs"]!.AsArray().Select(output => output!.Text("name")));
    }

    [Fact]
    public async Task Get_Waiting_TerminalJob()
    {
        var id = await _client.SubmitAsync(Bodies.Busy(200_000));
        var job = await _client.JobAsync(id, "?wait=30");
        Assert.Equal("succeeded", job.Text("state"));
        Assert.Equal("[200000]", job.Data());
        Assert.All(new[] { "created_at", "started_at", "finished_at", "expires_at" }, name => RequireTime(job.Text(name)));
        Assert.Equal($"/v1/jobs/{id}/result", job["links"]!.Text("result"));
        Assert.All(new[] { "queued", "batched", "inference" }, name => Assert.True(job["timings_ms"]![name]!.GetValue<double>() >= 0));
    }

    [Fact]
    public async Task Get_KnownETag_NotModified()
    {
        var id = (await _client.RunAsync(Bodies.Job())).Text("id");
        using var first = await _client.CallAsync("GET", $"/v1/jobs/{id}");
        var tag = first.Header("ETag");
        using var second = await _client.CallAsync("GET", $"/v1/jobs/{id}", ("If-None-Match", tag));
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Equal(tag, second.Header("ETag"));
        Assert.Empty(await second.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        using var third = await _client.CallAsync("GET", $"/v1/jobs/{id}", ("If-None-Match", "W/\"queued.0\""));
        Assert.Equal(HttpStatusCode.OK, third.StatusCode);
    }

    [Fact]
    public async Task Result_Json_ProtocolAnswer()
    {
        var id = (await _client.RunAsync(Bodies.Job())).Text("id");
        var result = await _client.GetJsonAsync($"/v1/jobs/{id}/result");
        var expected = JsonNode.Parse($$"""
            {"model_name":"identity_fp32","model_version":"1","id":"{{id}}","outputs":[{"name":"y","datatype":"FP32","shape":[1,2],"data":[1,2]}]}
            """);
        Assert.True(JsonNode.DeepEquals(expected, result), result.ToJsonString());
    }

    [Fact]
    public async Task Result_AcceptBinary_RawTensors()
    {
        var id = (await _client.RunAsync(Bodies.Job())).Text("id");
        using var answer = await _client.CallAsync("GET", $"/v1/jobs/{id}/result", ("Accept", "application/octet-stream"));
        Assert.Equal("application/octet-stream", answer.Content.Headers.ContentType?.ToString());
        var body = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var length = int.Parse(answer.Header("Inference-Header-Content-Length"), CultureInfo.InvariantCulture);
        var output = JsonNode.Parse(body.AsSpan(0, length))!["outputs"]![0]!;
        Assert.Equal("y", output.Text("name"));
        Assert.Null(output["data"]);
        Assert.Equal(body.Length - length, output["parameters"]!["binary_data_size"]!.GetValue<int>());
        Assert.Equal([1f, 2f], [BinaryPrimitives.ReadSingleLittleEndian(body.AsSpan(length)), BinaryPrimitives.ReadSingleLittleEndian(body.AsSpan(length + 4))]);
    }

    [Theory]
    [InlineData("application/octet-stream")]
    [InlineData(null)]
    public async Task Submit_BinaryForm_SameAsJson(string? contentType)
    {
        var header = Encoding.UTF8.GetBytes(Bodies.Job(inputs: """{"name":"x","datatype":"FP32","shape":[1,2],"parameters":{"binary_data_size":8}}"""));
        var body = new ByteArrayContent([.. header, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]);
        if (contentType is not null)
        {
            body.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        using var answer = await _client.PostJobAsync(
            body, ("Inference-Header-Content-Length", $"{header.Length}"), ("Prefer", "wait=30"));
        Assert.Equal("[1,2]", (await answer.JsonAsync()).Data());
    }

    [Fact]
    public async Task Forget_Finished_NotFoundFromThenOn()
    {
        var id = (await _client.RunAsync(Bodies.Job())).Text("id");
        using var forgotten = await _client.CallAsync("DELETE", $"/v1/jobs/{id}");
        Assert.Equal(HttpStatusCode.NoContent, forgotten.StatusCode);
        foreach (var (method, path) in new[] { ("GET", ""), ("GET", "/result"), ("POST", "/cancel"), ("DELETE", "") })
        {
            using var after = await _client.CallAsync(method, $"/v1/jobs/{id}{path}");
            await after.RequireProblemAsync(404, "job-not-found");
        }
    }

    public static TheoryData<int> Digits => [.. Enumerable.Range(0, 10)];

    private static void RequireTime(string text) =>
        Assert.True(DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.None, out _), text);
}
