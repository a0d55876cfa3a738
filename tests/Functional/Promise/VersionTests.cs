using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using QueueInference.Functional.Hosts;
using QueueInference.Functional.Services;

namespace QueueInference.Functional.Promise;

/// <summary>Versions come and go in the folder of a worker that serves.</summary>
public sealed class VersionTests(TestServices services, ITestOutputHelper output)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);
    private static readonly Dictionary<string, string> Quick = new() { ["Worker__PollInterval"] = "00:00:00.3" };

    [Fact]
    public async Task VersionComesAndGoesUnderLoad_EveryJobSucceeds()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis, workers: 2, Quick);
        var model = cluster.Models.AddDigits();
        await cluster.StartAsync();
        using var stop = new CancellationTokenSource();
        var ends = new ConcurrentQueue<(HttpStatusCode Status, JsonElement Job)>();
        var callers = Enumerable.Range(0, 4).Select(caller => RunAsync(cluster, model, caller, ends, stop.Token)).ToList();
        await RunsOnAsync(ends, "1");

        cluster.Models.AddVersion(model, 2, await File.ReadAllBytesAsync(Digits.ModelFile, TestContext.Current.CancellationToken));
        await RunsOnAsync(ends, "2");
        await Wait.UntilAsync(async () => (await StatusAsync(cluster, model)).GetProperty("versions").EnumerateArray()
            .Select(version => (version.GetProperty("version").GetString(), version.GetProperty("workers").GetInt32())).SequenceEqual([("2", 2)]), TimeSpan.FromSeconds(60), "both workers to have version 2 alone");
        Directory.Delete(cluster.Models.VersionFolder(model, 2), recursive: true);
        await RunsOnAsync(ends, "1");
        await stop.CancelAsync();
        await Task.WhenAll(callers);

        output.WriteLine($"{ends.Count} jobs, by version: {string.Join(", ", ends.CountBy(end => Version(end.Job)))}");
        Assert.All(ends, end => Assert.True(end.Status == HttpStatusCode.OK && JobClient.State(end.Job) == "succeeded", $"{end.Status} {end.Job}"));
    }

    [Theory]
    [InlineData("truncated", "ONNX Runtime cannot load model.onnx")]
    [InlineData("malformed", "ONNX Runtime cannot load model.onnx")]
    [InlineData("empty", "ONNX Runtime cannot load model.onnx")]
    [InlineData("endless", "takes longer than 10 seconds")]
    [InlineData("kills_its_process", "ends the process that loads it (exit code 134)")]
    public async Task VersionThatCannotBeLoaded_IsNamedWithTheReason_AndTheOldOneServes(string fault, string reason)
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis, workers: 1, new(Quick) { ["Worker__CheckTimeout"] = "00:00:10" });
        var model = cluster.Models.AddDigits();
        await cluster.StartAsync();

        cluster.Models.AddVersion(model, 2, Broken(fault));

        JsonElement failures = default;
        await Wait.UntilAsync(async () =>
        {
            failures = (await StatusAsync(cluster, model)).GetProperty("failures");
            return failures.GetArrayLength() > 0;
        }, TimeSpan.FromSeconds(60), "the failure to be told");
        var failure = failures[0];
        output.WriteLine($"{failure}");
        Assert.Equal("2", failure.GetProperty("version").GetString());
        Assert.Contains(reason, failure.GetProperty("reason").GetString(), StringComparison.Ordinal);
        var (_, job) = await cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture(1)), wait: 30);
        Assert.Equal("1", Version(job));
        Assert.False(cluster.Workers[0].HasExited);
        await MeasuredAsync(cluster, model, "1", "default");
        await MeasuredAsync(cluster, model, "2", "failed");
    }

    private static Task MeasuredAsync(Cluster cluster, string model, string version, string state) => Wait.UntilAsync(
        async () => (await cluster.Workers[0].Http.GetStringAsync("/metrics")).Split('\n').Any(line => line.StartsWith("qi_model_versions{", StringComparison.Ordinal)
            && line.Contains($"model=\"{model}\"") && line.Contains($"version=\"{version}\"") && line.Contains($"state=\"{state}\"")),
        TimeSpan.FromSeconds(10), $"the metric of version {version}");

    [Fact]
    public async Task VersionWithAnotherSignature_RunsOnlyJobsThatNameIt()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis, workers: 1, Quick);
        var model = cluster.Models.Add(Digits.ModelFile, """{"versions":{"policy":"all"}}""");
        await cluster.StartAsync();
        cluster.Models.AddVersion(model, 2, await File.ReadAllBytesAsync(Path.Combine(Repository.Source, "tests", "models", "identity_fp32", "1", "model.onnx"), TestContext.Current.CancellationToken));
        await Wait.UntilAsync(async () => (await StatusAsync(cluster, model)).GetProperty("versions").GetArrayLength() == 2, TimeSpan.FromSeconds(60), "version 2 to be served");

        var (_, unpinned) = await cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture(1)), wait: 30);
        var (_, pinned) = await cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture(1), ""","version":"1" """.TrimEnd()), wait: 30);

        Assert.Equal(("1", "1"), (Version(unpinned), Version(pinned)));
        Assert.Equal(["1"], (await StatusAsync(cluster, model)).GetProperty("versions").EnumerateArray()
            .Where(version => version.GetProperty("default").GetBoolean()).Select(version => version.GetProperty("version").GetString()!));
    }

    [Fact]
    public async Task VersionThatLeaves_EveryJobThatNamesItEnds()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis, workers: 1, Quick);
        var model = cluster.Models.Add(Digits.ModelFile, """{"versions":{"policy":"all"}}""");
        cluster.Models.AddVersion(model, 2, await File.ReadAllBytesAsync(Digits.ModelFile, TestContext.Current.CancellationToken));
        await cluster.StartAsync();
        var accepted = new List<string>();
        var status = HttpStatusCode.Accepted;
        for (var i = 0; status is HttpStatusCode.Accepted; i++)
        {
            (status, var job) = await cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture(i), ""","version":"2" """.TrimEnd()));
            accepted.AddRange(status is HttpStatusCode.Accepted ? [JobClient.Id(job)] : []);
            if (i == 50)
            {
                Directory.Delete(cluster.Models.VersionFolder(model, 2), recursive: true);
            }
        }

        var ends = new List<string>();
        foreach (var id in accepted)
        {
            var job = await cluster.Client.FinishedAsync(id, TimeSpan.FromSeconds(60));
            ends.Add(JobClient.State(job) == "succeeded" ? Version(job) : job.GetProperty("error").GetProperty("code").GetString()!);
        }

        output.WriteLine(string.Join(", ", ends.CountBy(end => end)));
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.All(ends, end => Assert.Contains(end, new[] { "2", "version-gone" }));
        Assert.Equal("2", ends[0]);
    }

    [Fact]
    public async Task VersionThatOneWorkerDrops_RunsOnTheOther()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis, workers: 1, Quick);
        var model = cluster.Models.Add(Digits.ModelFile, """{"versions":{"policy":"all"}}""");
        cluster.Models.AddVersion(model, 2, await File.ReadAllBytesAsync(Digits.ModelFile, TestContext.Current.CancellationToken));
        using var others = new Repository();
        others.Copy(cluster.Models, model);
        cluster.Workers.Add(cluster.NewWorker(others));
        await cluster.StartAsync();
        using var stop = new CancellationTokenSource();
        var ends = new ConcurrentQueue<(HttpStatusCode Status, JsonElement Job)>();
        var callers = Enumerable.Range(0, 4).Select(caller => RunAsync(cluster, model, caller, ends, stop.Token, ""","version":"2" """.TrimEnd())).ToList();
        await RunsOnAsync(ends, "2");

        Directory.Delete(cluster.Models.VersionFolder(model, 2), recursive: true);
        await Wait.UntilAsync(async () => (await StatusAsync(cluster, model)).GetProperty("versions").EnumerateArray()
            .Select(version => (Number(version), version.GetProperty("workers").GetInt32())).Order().SequenceEqual([("1", 2), ("2", 1)]),
            TimeSpan.FromSeconds(60), "one worker to have version 2");
        await RunsOnAsync(ends, "2");
        await stop.CancelAsync();
        await Task.WhenAll(callers);

        output.WriteLine($"{ends.Count} jobs");
        Assert.All(ends, end => Assert.True(end.Status == HttpStatusCode.OK && JobClient.State(end.Job) == "succeeded", $"{end.Status} {end.Job}"));
    }

    /// <summary>Callers of the old one, and jobs of theirs that wait, must not meet inputs they do not know.</summary>
    [Fact]
    public async Task LatestWithAnotherSignature_TakesJobsOnceItIsChosen()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis, workers: 1, Quick);
        var model = cluster.Models.AddDigits();
        await cluster.StartAsync();
        cluster.Models.AddVersion(model, 2, await File.ReadAllBytesAsync(Path.Combine(Repository.Source, "tests", "models", "identity_fp32", "1", "model.onnx"), TestContext.Current.CancellationToken));
        await Wait.UntilAsync(async () => (await StatusAsync(cluster, model)).GetProperty("versions").GetArrayLength() == 2, TimeSpan.FromSeconds(60), "version 2 to be served");
        Assert.Equal("1", await RunsOnAsync(cluster, model));

        Assert.Equal(HttpStatusCode.OK, await SendAsync(cluster, HttpMethod.Put, $"/v1/admin/models/{model}/default?version=2"));

        await Wait.UntilAsync(async () => (await StatusAsync(cluster, model)).GetProperty("versions").EnumerateArray().Select(Number).SequenceEqual(["2"]),
            TimeSpan.FromSeconds(60), "version 1 to leave");
    }

    [Fact]
    public async Task DefaultThatIsChosen_TakesJobsWithinASecond_AndAfterARestart()
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis, workers: 1, Quick);
        var model = cluster.Models.Add(Digits.ModelFile, """{"versions":{"count":2}}""");
        cluster.Models.AddVersion(model, 2, await File.ReadAllBytesAsync(Digits.ModelFile, TestContext.Current.CancellationToken));
        await cluster.StartAsync();
        Assert.Equal("2", await RunsOnAsync(cluster, model));

        var watch = Stopwatch.StartNew();
        Assert.Equal(HttpStatusCode.OK, await SendAsync(cluster, HttpMethod.Put, $"/v1/admin/models/{model}/default?version=1"));
        await Wait.UntilAsync(async () => await RunsOnAsync(cluster, model) == "1", TimeSpan.FromSeconds(30), "the rollback");
        output.WriteLine($"Rolled back after {watch.Elapsed.TotalSeconds:0.00} s");

        Assert.Equal(0, await cluster.Workers[0].TerminateAsync());
        await cluster.Workers[0].StartAsync();
        Assert.Equal("1", await RunsOnAsync(cluster, model));

        Assert.Equal(HttpStatusCode.NoContent, await SendAsync(cluster, HttpMethod.Delete, $"/v1/admin/models/{model}/default"));
        await Wait.UntilAsync(async () => await RunsOnAsync(cluster, model) == "2", TimeSpan.FromSeconds(30), "the highest again");
        Assert.Equal(HttpStatusCode.NotFound, await SendAsync(cluster, HttpMethod.Put, $"/v1/admin/models/{model}/default?version=3"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await SendAsync(cluster, HttpMethod.Put, $"/v1/admin/models/{model}/default"));
    }

    private static async Task<string> RunsOnAsync(Cluster cluster, string model) =>
        Version((await cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture(1)), wait: 30)).Body);

    private static async Task<HttpStatusCode> SendAsync(Cluster cluster, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        using var response = await cluster.Api.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static byte[] Broken(string fault)
    {
        var whole = File.ReadAllBytes(Digits.ModelFile);
        return fault switch
        {
            "truncated" => whole[..(whole.Length / 2)],
            "malformed" => "This is no model."u8.ToArray(),
            "empty" => [],
            _ => File.ReadAllBytes(Path.Combine(Repository.Source, "tests", "bad-models", fault, "1", "model.onnx")),
        };
    }

    private static string Number(JsonElement version) => version.GetProperty("version").GetString()!;

    private static string Version(JsonElement job) =>
        job.TryGetProperty("result", out var result) && result.ValueKind == JsonValueKind.Object ? result.GetProperty("model_version").GetString()! : "none";

    private static async Task<JsonElement> StatusAsync(Cluster cluster, string model)
    {
        using var document = JsonDocument.Parse(await cluster.Api.Http.GetStringAsync($"/v1/models/{model}", TestContext.Current.CancellationToken));
        return document.RootElement.Clone();
    }

    private static async Task RunsOnAsync(ConcurrentQueue<(HttpStatusCode, JsonElement Job)> ends, string version)
    {
        var before = ends.Count;
        await Wait.UntilAsync(() => ends.Skip(before).Count(end => Version(end.Job) == version) >= 20, TimeSpan.FromSeconds(60), $"jobs to run on version {version}");
    }

    private static async Task RunAsync(Cluster cluster, string model, int caller, ConcurrentQueue<(HttpStatusCode, JsonElement)> ends, CancellationToken stop, string options = "")
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            ends.Enqueue(await cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture((caller * 1000) + i), options), wait: 30));
            // Other tests run beside this one.
            await Task.Delay(Pace, CancellationToken.None);
        }
    }
}
