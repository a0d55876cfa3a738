namespace QueueInference.Functional.Http;

/// <summary>Requests that are wrong as a whole: path, method, headers.</summary>
public sealed class BadRequestTests(StandaloneServer server) : BadInputTests(server)
{
    [Theory]
    [InlineData("canary")]
    [InlineData("../../etc/passwd")]
    [InlineData("%2e%2e%2fdigits")]
    [InlineData("""digits\u0000""")]
    [InlineData("dıgits")]
    [InlineData("digitѕ")]
    [InlineData("Digits")]
    [InlineData("digits/1")]
    [InlineData("")]
    public Task Submit_UnknownModel_NotFound(string model) => RefusesAsync(Bodies.Job(model), 404, "model-not-found");

    [Fact]
    public Task Submit_LongModelName_NotFound() => RefusesAsync(Bodies.Job(new string('m', 300)), 404, "model-not-found");

    [Theory]
    [InlineData("\"2\"")]
    [InlineData("2")]
    [InlineData("0")]
    [InlineData("\"01\"")]
    [InlineData("\"canary\"")]
    [InlineData("99999999999999999999")]
    public Task Submit_UnknownVersion_NotFound(string version) => RefusesAsync(Bodies.Job(more: $",\"version\":{version}"), 404, "model-not-found");

    [Theory]
    [InlineData("nothing")]
    [InlineData("..%2f..%2fetc%2fpasswd")]
    [InlineData("%64igit%D1%95")]
    public async Task GetModel_Unknown_NotFound(string model)
    {
        using var answer = await Client.CallAsync("GET", $"/v1/models/{model}");
        await answer.RequireProblemAsync(404, "model-not-found");
    }

    [Theory]
    [InlineData("PUT", "/v1/jobs", "GET, POST")]
    [InlineData("POST", "/v1/jobs/x", "DELETE, GET")]
    [InlineData("GET", "/v1/jobs/x/cancel", "POST")]
    [InlineData("DELETE", "/v1/models", "GET")]
    public async Task Send_WrongMethod_Allow(string method, string path, string allow)
    {
        using var answer = await Client.CallAsync(method, path);
        Assert.Equal(405, (int)answer.StatusCode);
        Assert.Equal(allow, string.Join(", ", answer.Content.Headers.Allow.Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/xml")]
    [InlineData("text/json")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/octet-stream")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("canary")]
    public Task Submit_OtherContentType_Unsupported(string? type) => RefusesAsync(Content(Utf8(Bodies.Job()), type), 415, "unsupported-media-type");

    [Theory]
    [InlineData("gzip")]
    [InlineData("br, gzip")]
    [InlineData("canary")]
    public Task Submit_Compressed_Unsupported(string encoding)
    {
        var body = Bodies.Json(Bodies.Job());
        body.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        return RefusesAsync(body, 415, "unsupported-content-encoding");
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("application/json;q=0")]
    [InlineData("text/html, application/xhtml+xml, application/xml;q=0.9")]
    public Task Submit_OtherAccept_NotAcceptable(string accept) => RefusesAsync(Bodies.Json(Bodies.Job()), 406, "not-acceptable", ("Accept", accept));

    [Theory]
    [InlineData("/v1/jobs?wait=canary&state=canary")]
    [InlineData("/v1/jobs?limit=canary")]
    [InlineData("/v1/jobs?limit=0")]
    [InlineData("/v1/jobs?limit=201")]
    [InlineData("/v1/jobs?limit=-1")]
    [InlineData("/v1/jobs?cursor=canary")]
    [InlineData("/v1/jobs?cursor=1-99999999999")]
    [InlineData("/v1/jobs?cursor=9223372036854775807-1000000000")]
    public async Task List_BadQuery_InvalidOption(string path)
    {
        using var answer = await Client.CallAsync("GET", path);
        var problem = await answer.RequireProblemAsync(422, "invalid-option");
        Assert.DoesNotContain(Bodies.Canary, problem.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("ten")]
    [InlineData("1e3")]
    public async Task Get_BadWait_InvalidOption(string wait)
    {
        var id = (await Client.RunAsync(Bodies.Job())).Text("id");
        using var answer = await Client.CallAsync("GET", $"/v1/jobs/{id}?wait={wait}");
        await answer.RequireProblemAsync(422, "invalid-option");
    }
}
