using Xunit;
using static QueueInference.Tests.Api.Requests.RequestBodies;

namespace QueueInference.Tests.Api.Requests;

public sealed class WebhookReaderTests
{
    [Theory]
    [InlineData("https://example.com")]
    [InlineData("http://example.com:8080/hook?a=b@c&d=%0A")]
    [InlineData("HTTPS://EXAMPLE.COM:443/")]
    [InlineData("https://[2001:db8::1]:8443/x")]
    [InlineData("https://xn--bcher-kva.example/@user")]
    [InlineData("https://127.0.0.1/")]
    public void Read_UrlOfGoodForm_IsAccepted(string url) => Assert.Equal(url, Read(With($$"""
        "webhook":{"url":"{{url}}"}
        """)).Webhook?.Url);

    [Theory]
    [InlineData("")]
    [InlineData("canary7f3a")]
    [InlineData("/canary7f3a")]
    [InlineData("//example.com/canary7f3a")]
    [InlineData("https:example.com")]
    [InlineData("https:/example.com")]
    [InlineData("https:///x")]
    [InlineData("ftp://example.com/canary7f3a")]
    [InlineData("file:///etc/canary7f3a")]
    [InlineData("javascript:canary7f3a")]
    [InlineData("https://canary7f3a:secret@example.com/")]
    [InlineData("https://canary7f3a@example.com/")]
    [InlineData("https://@example.com/")]
    [InlineData("https://:@example.com/")]
    [InlineData("https://example.com/#canary7f3a")]
    [InlineData("https://example.com/#")]
    [InlineData("https://example.com:22/")]
    [InlineData("https://example.com:0/")]
    [InlineData("https://example.com:65536/")]
    [InlineData("https://example.com/a b")]
    [InlineData(" https://example.com/")]
    [InlineData("https://example.com/\\r\\nX-Canary: 1")]
    [InlineData("https://example.com/\\u0000")]
    [InlineData("https://example.com/\\t")]
    [InlineData("https://example.com\\\\@evil.example/")]
    [InlineData("https:\\\\\\\\example.com/")]
    [InlineData("https://b\\u00fccher.example/")]
    [InlineData("https://ex\\u0430mple.com/")]
    public void Read_UrlOfBadForm_IsRefused(string url) => AssertRefused($$"""{"url":"{{url}}"}""", "/webhook/url");

    [Fact]
    public void Read_UrlBeyondTheLimit_IsRefused()
    {
        var longest = "https://example.com/".PadRight(2048, 'a');

        Assert.Equal(longest, Read(With($$"""
            "webhook":{"url":"{{longest}}"}
            """)).Webhook?.Url);
        AssertRefused($$"""{"url":"{{longest}}a"}""", "/webhook/url");
    }

    [Theory]
    [InlineData("[\"job.started\"]")]
    [InlineData("[\"canary7f3a\"]")]
    [InlineData("[\"job.failed\",\"job.failed\"]")]
    public void Read_EventsThatDoNotExist_AreRefused(string events) =>
        AssertRefused($$"""{"url":"https://example.com/","events":{{events}}}""", "/webhook/events");

    private static void AssertRefused(string webhook, string pointer)
    {
        var problem = Refusal(With($"\"webhook\":{webhook}"));

        Assert.Equal(("webhook-url-invalid", 422, pointer), (problem.Slug, problem.Type.Status, problem.Errors[0].Pointer));
        Assert.DoesNotContain(Canary, RefusalText.Of(problem), StringComparison.Ordinal);
    }
}
