using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using QueueInference.Functional.Hosts;

namespace QueueInference.Functional.Promise;

/// <summary>One process, killed and started again.</summary>
public sealed class StandaloneTests(ITestOutputHelper output) : IDisposable
{
    private readonly Repository _models = new();
    private readonly string _data = Directory.CreateTempSubdirectory("qi-data-").FullName;

    private readonly string _nobody = Directory.CreateTempSubdirectory("qi-none-").FullName;

    public void Dispose()
    {
        Directory.Delete(_nobody, recursive: true);
        _models.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task KilledWithAThousandJobsQueued_AllFinishAfterARestart()
    {
        var model = _models.AddDigits();
        await AnnounceAsync();
        using var digits = new Digits();
        var answers = new (HttpStatusCode Status, JsonElement Body)[1_000];
        await using (var idle = await Idle().StartAsync())
        {
            await Parallel.ForAsync(0, answers.Length, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (seed, _) =>
                answers[seed] = await new JobClient(idle.Http).SubmitAsync(Digits.Body(model, Digits.Picture(seed))));
            idle.Kill();
        }

        Assert.All(answers, answer => Assert.True(answer.Status == HttpStatusCode.Accepted, $"{answer.Body}"));
        await using var host = await Host().StartAsync();
        var client = new JobClient(host.Http);
        for (var seed = 0; seed < answers.Length; seed++)
        {
            var job = await client.FinishedAsync(JobClient.Id(answers[seed].Body), TimeSpan.FromSeconds(60));
            Assert.True(JobClient.State(job) == "succeeded", $"{job}");
            Assert.All(digits.Expected(Digits.Picture(seed)).Zip(JobClient.Output(job)), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        }
    }

    /// <summary>Killed again and again while jobs come in; the first start finds none of them finished, some running, some half written.</summary>
    [Fact]
    public async Task KilledAtRandomMoments_NoAcceptedJobIsLost()
    {
        // A job that runs at every kill is charged each time, and cannot be told from one that kills: twenty kills must not use its attempts up.
        var model = _models.Add(Digits.ModelFile, """{"max_attempts":10}""");
        await using var host = await Host().StartAsync();
        var client = new JobClient(host.Http);
        var accepted = new List<string>();
        var random = new Random(4711);
        for (var round = 0; round < 20; round++)
        {
            using var killed = new CancellationTokenSource();
            var load = Enumerable.Range(0, 8).Select(_ => LoadAsync(client, model, accepted, killed.Token)).ToList();
            var enough = Count(accepted) + 20 + random.Next(60);
            await Wait.UntilAsync(() => Count(accepted) > enough || load.Exists(task => task.IsFaulted), TimeSpan.FromSeconds(30), "some jobs");
            host.Kill();
            await killed.CancelAsync();
            await Task.WhenAll(load);
            await host.StartAsync();
        }

        foreach (var id in accepted)
        {
            var job = await client.FinishedAsync(id, TimeSpan.FromSeconds(60));
            Assert.True(JobClient.State(job) == "succeeded", $"{job}");
        }

        output.WriteLine($"{accepted.Count} accepted, all succeeded");
    }

    /// <summary>A backlog eight times the memory of the store, taken while nobody serves the model, and found again after a kill.</summary>
    [Fact]
    public async Task AGigabyteQueued_UnderASmallLog_NoneIsLost()
    {
        const int jobs = 1_050, side = 500;
        var model = _models.AddTestModel("dynamic_hw");
        await AnnounceAsync();
        await using var idle = await Idle().StartAsync();
        var ids = new List<string>();
        foreach (var batch in Enumerable.Range(0, jobs).Chunk(16))
        {
            var answers = await Task.WhenAll(batch.Select(i => new JobClient(idle.Http).SubmitAsync(Large(model, i, side))));
            Assert.All(answers, answer => Assert.True(answer.Status == HttpStatusCode.Accepted, $"{answer.Body}"));
            ids.AddRange(answers.Select(answer => JobClient.Id(answer.Body)));
        }

        output.WriteLine($"queued; {PeakMemory(idle)}");
        idle.Kill();

        await using var serving = await Host().StartAsync();
        for (var i = 0; i < ids.Count; i++)
        {
            var job = await new JobClient(serving.Http).FinishedAsync(ids[i], TimeSpan.FromMinutes(3));
            Assert.True(JobClient.State(job) == "succeeded", $"{i}: {job.GetProperty("error")}");
            Assert.Equal(1, JobClient.Output(job)[0] / (i + 1), 1e-3f);
        }

        output.WriteLine($"served; {PeakMemory(serving)}");
    }

    /// <summary>Its queue is in the process: what the worker gives back nobody else takes.</summary>
    [Fact]
    public async Task ModelThatIsTakenAwayAndPutBack_ItsJobsWaitForIt()
    {
        const int jobs = 60, steps = 200_000;
        var model = _models.Add(Path.Combine(Repository.Source, "tests", "Functional", "Http", "models", "busy", "1", "model.onnx"));
        // An empty repository would be taken for a share that is not mounted.
        _models.AddDigits();
        await using var host = await Host(new() { ["Worker__PollInterval"] = "00:00:00.2" }).StartAsync();
        var client = new JobClient(host.Http);
        List<string> accepted = [];
        while (accepted.Count < jobs)
        {
            using var body = new StringContent($$"""{"model":"{{model}}","inputs":[{"name":"steps","datatype":"INT64","shape":[1],"data":[{{steps}}]}]}""", Encoding.UTF8, "application/json");
            accepted.Add(JobClient.Id((await client.SubmitAsync(body)).Body));
        }

        var (folder, aside) = (Path.Combine(_models.Folder, model), Path.Combine(_nobody, model));
        Directory.Move(folder, aside);
        await Wait.UntilAsync(async () => await WorkersAsync(host, model) == 0, TimeSpan.FromSeconds(60), "the model to be served no longer");
        Assert.Equal("queued", JobClient.State((await client.GetAsync(accepted[^1])).Body));
        Directory.Move(aside, folder);

        foreach (var id in accepted)
        {
            var job = await client.FinishedAsync(id, TimeSpan.FromSeconds(60));
            Assert.True(JobClient.State(job) == "succeeded", $"{job}");
        }
    }

    private static async Task<int> WorkersAsync(HostProcess host, string model)
    {
        using var document = JsonDocument.Parse(await host.Http.GetStringAsync($"/v1/models/{model}", TestContext.Current.CancellationToken));
        return document.RootElement.GetProperty("versions")[0].GetProperty("workers").GetInt32();
    }

    [Fact]
    public async Task FirstDigit_AfterTheStart_ComesWithinSeconds()
    {
        var model = _models.AddDigits();
        var watch = Stopwatch.StartNew();
        await using var host = await Host().StartAsync();
        var (_, job) = await new JobClient(host.Http).SubmitAsync(Digits.Body(model, Digits.Picture(1)), wait: 10);
        output.WriteLine($"first result {watch.Elapsed.TotalSeconds:F2} s after the start");
        Assert.Equal("succeeded", JobClient.State(job));
    }

    private HostProcess Host(Dictionary<string, string>? environment = null) =>
        new("Standalone", environment, "--models", _models.Folder, "--data", _data);

    /// <summary>The same data without a model to serve: what is submitted stays queued.</summary>
    private HostProcess Idle() => new("Standalone", null, "--models", _nobody, "--data", _data);

    /// <summary>Leaves the signatures in the store.</summary>
    private async Task AnnounceAsync()
    {
        await using var host = await Host().StartAsync();
        Assert.Equal(0, await host.TerminateAsync());
    }

    private static async Task LoadAsync(JobClient client, string model, List<string> accepted, CancellationToken cancellationToken)
    {
        for (var seed = 0; !cancellationToken.IsCancellationRequested; seed++)
        {
            try
            {
                var (status, job) = await client.SubmitAsync(Digits.Body(model, Digits.Picture(seed)));
                Assert.True(status == HttpStatusCode.Accepted, $"{status} {job}");
                lock (accepted)
                {
                    accepted.Add(JobClient.Id(job));
                }
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                // Killed before it answered, or before it took the connection: nothing was promised.
            }
        }
    }

    private static int Count(List<string> accepted)
    {
        lock (accepted)
        {
            return accepted.Count;
        }
    }

    private static string PeakMemory(HostProcess host) =>
        File.ReadLines($"/proc/{host.Id}/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal));

    /// <summary>A job of a megabyte whose every element is <paramref name="number"/> + 1, and so its mean.</summary>
    private static ByteArrayContent Large(string model, int number, int side)
    {
        var data = new float[side * side];
        Array.Fill(data, number + 1);
        var header = Encoding.UTF8.GetBytes(
            $$$"""{"model":"{{{model}}}","inputs":[{"name":"x","datatype":"FP32","shape":[1,1,{{{side}}},{{{side}}}],"parameters":{"binary_data_size":{{{data.Length * 4}}}}}]}""");
        var content = new ByteArrayContent([.. header, .. MemoryMarshal.AsBytes(data.AsSpan())]);
        content.Headers.ContentType = new("application/octet-stream");
        content.Headers.Add("Inference-Header-Content-Length", header.Length.ToString(CultureInfo.InvariantCulture));
        return content;
    }
}
