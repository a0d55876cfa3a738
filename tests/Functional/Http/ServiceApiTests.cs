using System.Net;

namespace QueueInference.Functional.Http;

/// <summary>Models, health and metrics.</summary>
[Collection("Http")]
public sealed class ServiceApiTests(StandaloneServer server)
{
    private readonly HttpClient _client = server.Client;

    [Fact]
    public async Task Models_List_AllServed()
    {
        var models = (await _client.GetJsonAsync("/v1/models"))["models"]!.AsArray();
        var names = models.Select(model => model!.Text("name")).ToList();
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Contains("digits", names);
        Assert.Contains("busy", names);
        Assert.All(models, model => Assert.True(model!["ready"]!.GetValue<bool>()));
    }

    [Fact]
    public async Task Models_One_Signature()
    {
        var model = await _client.GetJsonAsync("/v1/models/digits");
        Assert.Equal(1, model["workers"]!.GetValue<int>());
        var version = Assert.Single(model["versions"]!.AsArray())!;
        Assert.Equal("1", version.Text("version"));
        Assert.True(version["batchable"]!.GetValue<bool>());
        Assert.Equal("""[{"name":"image","datatype":"FP32","shape":[-1,1,28,28]}]""", version["inputs"]!.ToJsonString());
        Assert.Equal("""[{"name":"probabilities","datatype":"FP32","shape":[-1,10]}]""", version["outputs"]!.ToJsonString());
    }

    [Fact]
    public async Task Models_OptionalInput_Marked()
    {
        var inputs = (await _client.GetJsonAsync("/v1/models/optional_input"))["versions"]![0]!["inputs"]!.AsArray();
        Assert.Equal([false, true], inputs.Select(input => input!["optional"]?.GetValue<bool>() ?? false));
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Health_Serving_Ok(string path)
    {
        using var answer = await _client.CallAsync("GET", path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("Healthy", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Metrics_AfterJobs_Counted()
    {
        await _client.RunAsync(Bodies.Job());
        string[] wanted =
        [
            "qi_jobs_submitted_total{.*model=\"identity_fp32\".*outcome=\"accepted\".*} [1-9]",
            "qi_jobs_finished_total{.*model=\"identity_fp32\".*state=\"succeeded\".*} [1-9]",
            "qi_message_jobs_count{.*model=\"identity_fp32\".*} [1-9]",
            "qi_batch_rows_count{.*model=\"identity_fp32\".*} [1-9]",
            "qi_queue_depth{.*model=\"identity_fp32\".*} [0-9]",
        ];
        foreach (var pattern in wanted)
        {
            await Wait.UntilAsync(async () =>
            {
                using var answer = await _client.CallAsync("GET", "/metrics");
                return System.Text.RegularExpressions.Regex.IsMatch(await answer.Content.ReadAsStringAsync(), pattern);
            }, TimeSpan.FromSeconds(20), pattern);
        }
    }

    [Theory]
    [InlineData("Host", "evil.example")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    public async Task Models_ForeignBrowserPage_Forbidden(string header, string value)
    {
        using var answer = await _client.CallAsync("GET", "/v1/models", (header, value));
        await answer.RequireProblemAsync(403, "forbidden");
    }
}
