using Microsoft.Extensions.Options;
using QueueInference.Api.Webhooks;
using Xunit;

namespace QueueInference.Tests.Api.Webhooks;

public sealed class WebhookUrlPolicyTests
{
    private readonly WebhookUrlPolicy _policy = new(Options.Create(new WebhookOptions { AllowedHttpHosts = ["localhost", "sink:81", "[::1]:9000"] }));

    [Theory]
    [InlineData("https://example.com/hook?x=1")]
    [InlineData("https://example.com:8443/")]
    [InlineData("http://LOCALHOST/")]
    [InlineData("http://localhost:5001/hook")]
    [InlineData("http://sink:81/")]
    [InlineData("http://[::1]:9000/")]
    public void Allows_GoodUrl(string url)
    {
        Assert.True(_policy.Allows(url, out var reason));
        Assert.Null(reason);
    }

    [Theory]
    [InlineData(null, "absolute")]
    [InlineData("", "absolute")]
    [InlineData("hook", "absolute")]
    [InlineData("https://", "absolute")]
    [InlineData("ftp://example.com/", "must be https")]
    [InlineData("file:///etc/passwd", "must be https")]
    [InlineData("/etc/passwd", "must be https")]
    [InlineData("javascript:alert(1)", "must be https")]
    [InlineData("https://user:pass@example.com/", "user information")]
    [InlineData("https://example.com/#part", "fragment")]
    [InlineData("https://example.com:22/", "port")]
    [InlineData("https://sink:81/", "port")]
    [InlineData("https://example.com/a\r\nb", "control characters")]
    [InlineData("https://example.com/\n", "control characters")]
    [InlineData("http://example.com/", "AllowedHttpHosts")]
    [InlineData("http://sink/", "AllowedHttpHosts")]
    [InlineData("http://localhost.example.com/", "AllowedHttpHosts")]
    [InlineData("http://localhost@example.com/", "user information")]
    [InlineData("http://localhost:22/", "port")]
    public void Allows_BadUrl_SaysWhy(string? url, string part)
    {
        Assert.False(_policy.Allows(url, out var reason));
        Assert.Contains(part, reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Allows_Length_IsBounded()
    {
        var longest = "https://example.com/" + new string('a', 2048 - 20);

        Assert.True(_policy.Allows(new Uri(longest), out _));
        Assert.False(_policy.Allows(new Uri(longest + "a"), out var reason));
        Assert.DoesNotContain("example", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Allows_RelativeUri_IsRefused() => Assert.False(_policy.Allows(new Uri("/hook", UriKind.Relative), out _));
}
