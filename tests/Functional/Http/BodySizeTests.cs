namespace QueueInference.Functional.Http;

/// <summary>Bodies that are too large, or arrive in odd pieces.</summary>
public sealed class BodySizeTests(StandaloneServer server) : BadInputTests(server)
{
    private const int Limit = 8 << 20;

    private const string ChunkedHead = """
        POST /v1/jobs HTTP/1.1
        Host: localhost
        Content-Type: application/json
        Transfer-Encoding: chunked
        Connection: close

        """;

    [Fact]
    public async Task Submit_HonestLengthOverLimit_RefusedUnread()
    {
        var (status, text) = await RawHttp.SendAsync(Server.Port, $"""
            POST /v1/jobs HTTP/1.1
            Host: localhost
            Content-Type: application/json
            Content-Length: {Limit + 1}
            Connection: close

            """);
        Assert.Equal(413, status);
        Assert.Contains("/problems/payload-too-large", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_BinaryOverMaxBytes_RefusedUnread()
    {
        var (status, text) = await RawHttp.SendAsync(Server.Port, $"""
            POST /v1/jobs HTTP/1.1
            Host: localhost
            Content-Type: application/octet-stream
            Inference-Header-Content-Length: 100
            Content-Length: {(256 << 20) + 101}
            Connection: close

            """);
        Assert.Equal(413, status);
        Assert.Contains("/problems/payload-too-large", text, StringComparison.Ordinal);
        Assert.Contains("268435456 bytes", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_JsonOverInlineLimit_RunsFromThePayloadStore()
    {
        var job = await Client.RunAsync(Bodies.Job("identity_uint8", $$"""{"name":"x","datatype":"UINT8","shape":[1,1048577],"data":[{{Numbers("7", 1_048_577)}}]}"""));
        Assert.Equal("succeeded", job.Text("state"));
        Assert.Equal($"[{Numbers("7", 1_048_577)}]", job.Data());
    }

    [Fact]
    public async Task Submit_JsonOverLimit_IsToldOfTheBinaryForm()
    {
        var job = Bodies.Job("identity_uint8", $$"""{"name":"x","datatype":"UINT8","shape":[1,4194304],"data":[{{Numbers("0", 4_194_304)}}]}""");
        using var answer = await Client.PostJobAsync(Bodies.Json(job));
        var problem = await answer.RequireProblemAsync(413, "payload-too-large");
        Assert.Contains("Inference-Header-Content-Length", problem.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_ChunksCrossLimit_TooLargeAndClosed()
    {
        var before = await NewestAsync();
        var chunk = RawHttp.Chunk(new byte[64 << 10]);
        var (status, text) = await RawHttp.SendAsync(Server.Port, ChunkedHead, Enumerable.Repeat(chunk, (Limit >> 16) + 1));
        Assert.Equal(413, status);
        Assert.Contains("/problems/payload-too-large", text, StringComparison.Ordinal);
        Assert.Equal(before, await NewestAsync());
    }

    // The server counts the frames of the chunks too, almost as much again: 5 MB are too many, 3 MB are not.
    [Theory]
    [InlineData(250_000, 413)]
    [InlineData(150_000, 202)]
    public async Task Submit_MegabytesInTinyChunks_Survived(int count, int expected)
    {
        var input = $$"""{"name":"x","datatype":"FP32","shape":[1,{{count}}],"data":[{{Numbers("0.00000000000000001", count)}}]}""";
        var chunks = Utf8(Bodies.Job(inputs: input)).Chunk(6).Select(bytes => RawHttp.Chunk(bytes));
        var (status, text) = await RawHttp.SendAsync(Server.Port, ChunkedHead, [.. chunks.Chunk(4096).Select(some => some.SelectMany(x => x).ToArray()), "0\r\n\r\n"u8.ToArray()]);
        Assert.True(status == expected, text);
        using var answer = await Client.CallAsync("GET", "/health/ready");
        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Submit_ByteByByte_Accepted()
    {
        var chunks = Utf8(Bodies.Job()).Select(one => RawHttp.Chunk([one]));
        var (status, text) = await RawHttp.SendAsync(Server.Port, ChunkedHead, [.. chunks, "0\r\n\r\n"u8.ToArray()]);
        Assert.True(status == 202, text);
    }

    [Theory]
    [InlineData("5\r\n{\"a\"")]
    [InlineData("zz\r\n{}\r\n0\r\n\r\n")]
    public async Task Submit_BrokenChunks_BadRequest(string body)
    {
        var (status, _) = await RawHttp.SendAsync(Server.Port, ChunkedHead, [Utf8(body + "\r\n\r\n")]);
        Assert.Equal(400, status);
    }

    private static string Numbers(string number, int count) => string.Join(',', Enumerable.Repeat(number, count));
}
