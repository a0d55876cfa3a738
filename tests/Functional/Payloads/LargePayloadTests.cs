using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using QueueInference.Functional.Hosts;
using QueueInference.Functional.Services;

namespace QueueInference.Functional.Payloads;

/// <summary>Inputs and results that are too large for a message, from the client's upload to the end of the job, over each payload store.</summary>
public abstract class LargePayloadTests(TestServices services, PayloadPlace place) : IAsyncLifetime
{
    private const int MiB = 1 << 20;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private static CancellationToken Stop => TestContext.Current.CancellationToken;
    private Cluster _cluster = null!;
    private string _model = "";

    public async ValueTask InitializeAsync()
    {
        await place.StartAsync();
        _cluster = new Cluster(services.RabbitMq, place.Redis, workers: 1, place.Settings);
        _model = _cluster.Models.AddTestModel("identity_fp32");
        await _cluster.StartAsync();
        // Everything is compiled and connected before memory is measured.
        await DeleteAsync(await SucceedAsync(new LargeBody(_model, 2)));
        await LeavesAsync(0);
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await place.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TwoHundredMegabytes_ThereAndBack_AreTheSameAndNeverInTheApisMemory(bool hasLength)
    {
        using var body = new LargeBody(_model, 200, hasLength: hasLength);
        await using var memory = new MemoryWatch(_cluster.Api.Id);
        var id = await SubmitAsync(body);
        var afterUpload = memory.Growth;
        var job = await _cluster.Client.FinishedAsync(id, TimeSpan.FromSeconds(90));
        Assert.Equal(("succeeded", JsonValueKind.Null, 200L * MiB),
            (JobClient.State(job), job.GetProperty("result").ValueKind, job.GetProperty("result_bytes").GetInt64()));
        Assert.Equal(body.Hash(), await ResultHashAsync(id));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"Api: {memory.Before / MiB} MiB before, +{afterUpload / MiB} MiB by the upload, +{memory.Growth / MiB} MiB with the download");
        Assert.True(memory.Growth < 50 * MiB, $"grew from {memory.Before / MiB} by {memory.Growth / MiB} MiB");
        await DeleteAsync(id);
        await LeavesAsync(0);
    }

    [Fact]
    public async Task JobThatEnds_LeavesItsResultOnlyAndThenNothing()
    {
        var id = await SucceedAsync(new LargeBody(_model, 3));
        await LeavesAsync(1);
        await DeleteAsync(id);
        await LeavesAsync(0);
    }

    [Fact]
    public async Task LargeResult_AskedForAsJson_IsRefusedWithWhatToAskFor()
    {
        var id = await SucceedAsync(new LargeBody(_model, 9));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/jobs/{id}/result");
        request.Headers.Accept.ParseAdd("application/json");
        using var answer = await _cluster.Api.Http.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.NotAcceptable, answer.StatusCode);
        Assert.Contains("application/octet-stream", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        await place.LoseAllAsync();
        using var lost = await _cluster.Api.Http.GetAsync($"/v1/jobs/{id}/result", Stop);
        Assert.Equal(HttpStatusCode.Gone, lost.StatusCode);
    }

    [Fact]
    public async Task UploadBrokenOff_LeavesNothing()
    {
        using var aborted = new CancellationTokenSource();
        var begun = false;
        var body = new LargeBody(_model, 100)
        {
            Sent = async sent =>
            {
                if (sent == 20)
                {
                    await Wait.UntilAsync(async () => await place.CountAsync() > 0, Soon, "the upload to begin");
                    begun = true;
                    await aborted.CancelAsync();
                }
            },
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _cluster.Api.Http.PostAsync("/v1/jobs", body, aborted.Token));
        Assert.True(begun);
        await LeavesAsync(0);
    }

    [Fact]
    public async Task PayloadThatIsGone_FailsItsJob()
    {
        _cluster.Workers[0].Kill();
        var id = await SubmitAsync(new LargeBody(_model, 5));
        await place.LoseAllAsync();
        await _cluster.Workers[0].StartAsync();
        var job = await _cluster.Client.FinishedAsync(id, Soon);
        Assert.Equal(("failed", "payload-lost"), (JobClient.State(job), job.GetProperty("error").GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Canceled_LeavesNothing()
    {
        _cluster.Workers[0].Kill();
        var id = await SubmitAsync(new LargeBody(_model, 5));
        await LeavesAsync(1);
        using var answer = await _cluster.Api.Http.PostAsync($"/v1/jobs/{id}/cancel", null, Stop);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await LeavesAsync(0);
    }

    [Fact]
    public async Task WorkerKilledWithAClaim_RunsAgainFromThePayload()
    {
        _cluster.Workers[0].Kill();
        var id = await SubmitAsync(new LargeBody(_model, 20));
        await _cluster.Workers[0].StartAsync(ready: false);
        await Wait.UntilAsync(async () => JobClient.State((await _cluster.Client.GetAsync(id)).Body) != "queued", Soon, "a claim");
        _cluster.Workers[0].Kill();
        await _cluster.Workers[0].StartAsync();
        Assert.Equal("succeeded", JobClient.State(await _cluster.Client.FinishedAsync(id, TimeSpan.FromSeconds(60))));
        Assert.Equal(new LargeBody(_model, 20).Hash(), await ResultHashAsync(id));
        await DeleteAsync(id);
    }

    [Fact]
    public async Task Repeat_WithTheSameKey_IsTheSameJobAndKeepsOnePayload()
    {
        _cluster.Workers[0].Kill();
        var key = Guid.NewGuid().ToString();
        var first = await SubmitAsync(new LargeBody(_model, 10), key);
        Assert.Equal(first, await SubmitAsync(new LargeBody(_model, 10, hasLength: false), key));
        var (status, problem) = await _cluster.Client.SubmitAsync(new LargeBody(_model, 11), key: key);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "/problems/idempotency-key-reused"), (status, problem.GetProperty("type").GetString()));
        await LeavesAsync(1);
    }

    [Theory]
    [InlineData("\"priority\":\"urgent\"", HttpStatusCode.UnprocessableEntity, "invalid-option")]
    [InlineData("\"outputs\":[{\"name\":\"z\"}]", HttpStatusCode.UnprocessableEntity, "input-set-mismatch")]
    public async Task Refused_BeforeTheDataIsRead(string more, HttpStatusCode status, string slug)
    {
        var body = new LargeBody(_model, 100, "," + more);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs") { Content = body };
        request.Headers.ExpectContinue = true;
        using var patient = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = Soon }) { BaseAddress = _cluster.Api.Address };
        using var answer = await patient.SendAsync(request, Stop);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop));
        Assert.Equal((status, $"/problems/{slug}"), (answer.StatusCode, problem.RootElement.GetProperty("type").GetString()));
        Assert.Equal(0, await place.CountAsync());
    }

    private async Task<string> SubmitAsync(LargeBody body, string? key = null)
    {
        var (status, job) = await _cluster.Client.SubmitAsync(body, key: key);
        Assert.True(status is HttpStatusCode.Accepted, $"{status} {job}");
        return JobClient.Id(job);
    }

    private async Task<string> SucceedAsync(LargeBody body)
    {
        var id = await SubmitAsync(body);
        Assert.Equal("succeeded", JobClient.State(await _cluster.Client.FinishedAsync(id, Soon)));
        Assert.Equal(body.Hash(), await ResultHashAsync(id));
        return id;
    }

    private async Task DeleteAsync(string id)
    {
        using var answer = await _cluster.Api.Http.DeleteAsync($"/v1/jobs/{id}", Stop);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    private async Task<byte[]> ResultHashAsync(string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/jobs/{id}/result");
        request.Headers.Accept.ParseAdd("application/octet-stream");
        using var answer = await _cluster.Api.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var header = int.Parse(answer.Headers.GetValues("Inference-Header-Content-Length").Single(), CultureInfo.InvariantCulture);
        await using var stream = await answer.Content.ReadAsStreamAsync(Stop);
        await stream.ReadExactlyAsync(new byte[header], Stop);
        return await SHA256.HashDataAsync(stream, Stop);
    }

    private Task LeavesAsync(int payloads) => Wait.UntilAsync(
        async () => await place.CountAsync() == payloads, Soon, $"{payloads} payloads to be left");
}

[Collection("Payloads")]
public sealed class LargePayloadsInRedisTests(TestServices services) : LargePayloadTests(services, new RedisPlace());

[Collection("Payloads")]
public sealed class LargePayloadsInAFolderTests(TestServices services) : LargePayloadTests(services, new FolderPlace());

[Collection("Payloads")]
public sealed class LargePayloadsInS3Tests(TestServices services) : LargePayloadTests(services, new S3Place());
