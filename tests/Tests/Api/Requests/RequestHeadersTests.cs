using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using QueueInference.Api.Problems;
using QueueInference.Api.Requests;
using Xunit;

namespace QueueInference.Tests.Api.Requests;

public sealed class RequestHeadersTests
{
    [Theory]
    [InlineData("application/json", null, null)]
    [InlineData("application/json; charset=utf-8", null, null)]
    [InlineData("Application/JSON; charset=\"UTF-8\"", null, null)]
    [InlineData("application/json", "12", 12)]
    [InlineData("application/octet-stream", "12", 12)]
    [InlineData("application/octet-stream", "0", 0)]
    [InlineData(null, "12", 12)]
    public void RequireBody_SupportedForm_ReturnsTheLengthOfTheJson(string? type, string? length, int? expected) =>
        Assert.Equal(expected, RequestHeaders.RequireBody(Headers(("Content-Type", type), ("Inference-Header-Content-Length", length))));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("text/xml")]
    [InlineData("application/octet-stream")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("nonsense")]
    public void RequireBody_OtherMediaType_IsRefused(string? type) =>
        AssertRefused("unsupported-media-type", 415, () => RequestHeaders.RequireBody(Headers(("Content-Type", type))));

    [Theory]
    [InlineData("gzip")]
    [InlineData("br, gzip")]
    [InlineData("identity, gzip")]
    public void RequireBody_Compressed_IsRefused(string encoding) => AssertRefused(
        "unsupported-content-encoding", 415, () => RequestHeaders.RequireBody(Headers(("Content-Type", "application/json"), ("Content-Encoding", encoding))));

    [Fact]
    public void RequireBody_Identity_IsNoEncoding() =>
        Assert.Null(RequestHeaders.RequireBody(Headers(("Content-Type", "application/json"), ("Content-Encoding", "identity"))));

    [Theory]
    [InlineData("-1")]
    [InlineData("1,2")]
    [InlineData("99999999999")]
    [InlineData("")]
    public void RequireBody_LengthThatIsNone_IsMalformed(string length) => AssertRefused(
        "malformed-json", 400, () => RequestHeaders.RequireBody(Headers(("Content-Type", "application/octet-stream"), ("Inference-Header-Content-Length", length))));

    [Theory]
    [InlineData(null, null)]
    [InlineData("order-4711", "order-4711")]
    [InlineData("\"order 4711\"", "order 4711")]
    [InlineData("\"a\\\"b\"", "a\"b")]
    public void IdempotencyKey_ValidOrAbsent_IsReturned(string? header, string? expected) =>
        Assert.Equal(expected, RequestHeaders.IdempotencyKey(Headers(("Idempotency-Key", header))));

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("\"\"")]
    [InlineData("\"")]
    [InlineData("\"open")]
    [InlineData("caf\u00e9")]
    [InlineData("a\tb")]
    public void IdempotencyKey_Invalid_IsRefused(string header) =>
        AssertRefused("invalid-idempotency-key", 400, () => RequestHeaders.IdempotencyKey(Headers(("Idempotency-Key", header))));

    [Fact]
    public void IdempotencyKey_TooLongOrSentTwice_IsRefused()
    {
        Assert.Equal(255, RequestHeaders.IdempotencyKey(Headers(("Idempotency-Key", new string('a', 255))))?.Length);
        AssertRefused("invalid-idempotency-key", 400, () => RequestHeaders.IdempotencyKey(Headers(("Idempotency-Key", new string('a', 256)))));
        AssertRefused("invalid-idempotency-key", 400, () => RequestHeaders.IdempotencyKey(
            new HeaderDictionary { ["Idempotency-Key"] = new StringValues(["a", "a"]) }));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("wait=10", 10)]
    [InlineData("wait = \"10\"", 10)]
    [InlineData("respond-async, Wait=0; x=y", 0)]
    [InlineData("wait=61", 60)]
    [InlineData("wait=99999999999999999999", 60)]
    [InlineData("wait=5, wait=9", 5)]
    [InlineData("wait=-1", null)]
    [InlineData("wait=1.5", null)]
    [InlineData("wait=abc", null)]
    [InlineData("wait", null)]
    [InlineData("=,;=;,", null)]
    public void PreferredWait_Header_IsReadAndBounded(string? header, int? seconds) =>
        Assert.Equal(seconds, (int?)RequestHeaders.PreferredWait(Headers(("Prefer", header)))?.TotalSeconds);

    private static HeaderDictionary Headers(params (string Name, string? Value)[] headers)
    {
        var dictionary = new HeaderDictionary();
        foreach (var (name, value) in headers.Where(header => header.Value is not null))
        {
            // Not the indexer: it drops an empty value, which a server does not.
            dictionary.Add(name, new StringValues(value));
        }

        return dictionary;
    }

    private static void AssertRefused(string slug, int status, Func<object?> read)
    {
        var problem = Assert.Throws<ProblemException>(read).Problem;

        Assert.Equal((slug, status), (problem.Slug, problem.Type.Status));
    }
}
