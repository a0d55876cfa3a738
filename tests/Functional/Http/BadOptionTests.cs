namespace QueueInference.Functional.Http;

/// <summary>Options beyond what is allowed.</summary>
public sealed class BadOptionTests(StandaloneServer server) : BadInputTests(server)
{
    [Theory]
    [InlineData(""","priority":99""")]
    [InlineData(""","priority":"canary" """)]
    [InlineData(""","result_ttl_seconds":-1""")]
    [InlineData(""","result_ttl_seconds":0""")]
    [InlineData(""","result_ttl_seconds":1.5""")]
    [InlineData(""","result_ttl_seconds":604801""")]
    [InlineData(""","deadline":"2020-01-01T00:00:00Z" """)]
    [InlineData(""","deadline":"9999-01-01T00:00:00Z" """)]
    [InlineData(""","deadline":"2030-01-01" """)]
    [InlineData(""","deadline":"2030-01-01T00:00:00" """)]
    [InlineData(""","deadline":"canary" """)]
    [InlineData(""","id":"canary.1" """)]
    public Task Submit_OptionOutOfRange_Invalid(string more) => RefusesAsync(Bodies.Job(more: more), 422, "invalid-option");

    [Theory]
    [InlineData("""{"order":"canary\r\nX-Evil: 1"}""")]
    [InlineData("""{"canary\n":"x"}""")]
    [InlineData("""{"":"canary"}""")]
    [InlineData("""{"order":"canary\u0000"}""")]
    public Task Submit_BadMetadata_Invalid(string metadata) => RefusesMetadataAsync(metadata);

    [Fact]
    public async Task Submit_TooMuchMetadata_Invalid()
    {
        await RefusesMetadataAsync($$"""{"order":"{{new string('v', 257)}}"}""");
        await RefusesMetadataAsync($$"""{"{{new string('k', 257)}}":"canary"}""");
        await RefusesMetadataAsync($"{{{string.Join(',', Enumerable.Range(0, 17).Select(i => $"\"k{i}\":\"canary\""))}}}");
    }

    [Theory]
    [InlineData("ftp://example.com/canary")]
    [InlineData("file:///canary")]
    [InlineData("canary")]
    [InlineData("//example.com/canary")]
    [InlineData("https://canary:canary@example.com/")]
    [InlineData("https://example.com/#canary")]
    [InlineData("https://example.com:22/canary")]
    [InlineData("https://example.com/\\r\\nX-Canary: 1")]
    [InlineData("https://example.com\\\\canary")]
    [InlineData("https:///canary")]
    public Task Submit_BadWebhookUrl_Invalid(string url) => RefusesWebhookAsync($$"""{"url":"{{url}}"}""", "webhook-url-invalid");

    [Fact]
    public Task Submit_LongWebhookUrl_Invalid() => RefusesWebhookAsync($$"""{"url":"https://example.com/{{new string('c', 2048)}}"}""", "webhook-url-invalid");

    [Fact]
    public Task Submit_StrangeWebhookEvent_Invalid() =>
        RefusesWebhookAsync("""{"url":"https://example.com/canary","events":["job.canary"]}""", "webhook-url-invalid");

    [Fact]
    public Task Submit_WebhookWithoutSecretOfService_Forbidden() => RefusesWebhookAsync("""{"url":"https://example.com/canary"}""", "webhook-url-forbidden");

    [Fact]
    public async Task Submit_BadIdempotencyKey_Invalid()
    {
        await RefusesKeysAsync("Idempotency-Key:");
        await RefusesKeysAsync("Idempotency-Key: \"\"");
        await RefusesKeysAsync("Idempotency-Key: \"canary");
        await RefusesKeysAsync($"Idempotency-Key: {new string('k', 256)}");
        await RefusesKeysAsync("Idempotency-Key: canary-é");
        await RefusesKeysAsync("Idempotency-Key: canary-1\nIdempotency-Key: canary-2");
    }

    private Task RefusesMetadataAsync(string metadata) => RefusesAsync(
        $$"""{"model":"identity_fp32","inputs":[{{Bodies.Input}}],"metadata":{{metadata}}}""", 422, "invalid-option");

    private Task RefusesWebhookAsync(string webhook, string slug) => RefusesAsync(Bodies.Job(more: $",\"webhook\":{webhook}"), 422, slug);

    /// <summary>HttpClient would refuse to send most of these.</summary>
    private async Task RefusesKeysAsync(string headers)
    {
        var body = Utf8(Bodies.Job());
        var before = await NewestAsync();
        var (status, text) = await RawHttp.SendAsync(Server.Port, $"""
            POST /v1/jobs HTTP/1.1
            Host: localhost
            Content-Type: application/json
            Content-Length: {body.Length}
            Connection: close
            {headers}

            """, [body]);
        Assert.True(status == 400, text);
        Assert.Contains("/problems/invalid-idempotency-key", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Bodies.Canary, text, StringComparison.Ordinal);
        Assert.Equal(before, await NewestAsync());
    }
}
