using System.Text;
using Microsoft.Extensions.Options;
using QueueInference.Api.Webhooks;
using Xunit;

namespace QueueInference.Tests.Api.Webhooks;

public sealed class StandardWebhookSignerTests
{
    internal const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string OtherSecret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
    private const string Vector = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    [Fact]
    public void Sign_PublishedVector_GivesItsHeaders()
    {
        var headers = Sign(Secret);

        Assert.Equal("msg_p5jXN8AQM9LWM0D4loKWxJek", Assert.Single(headers.GetValues("webhook-id")));
        Assert.Equal("1614265330", Assert.Single(headers.GetValues("webhook-timestamp")));
        Assert.Equal(Vector, Assert.Single(headers.GetValues("webhook-signature")));
    }

    [Fact]
    public void Sign_TwoSecrets_SignsWithEach()
    {
        var signatures = Assert.Single(Sign($"{OtherSecret} {Secret}").GetValues("webhook-signature")).Split(' ');

        Assert.Equal(2, signatures.Length);
        Assert.NotEqual(Vector, signatures[0]);
        Assert.Equal(Vector, signatures[1]);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData(Secret, true)]
    public void CanSign_FollowsSecret(string? secret, bool expected) => Assert.Equal(expected, Signer(secret).CanSign);

    private static System.Net.Http.Headers.HttpRequestHeaders Sign(string secret)
    {
        var headers = new HttpRequestMessage().Headers;
        Signer(secret).Sign(
            headers, "msg_p5jXN8AQM9LWM0D4loKWxJek", DateTimeOffset.FromUnixTimeSeconds(1614265330), Encoding.UTF8.GetBytes("{\"test\": 2432232314}"));
        return headers;
    }

    private static StandardWebhookSigner Signer(string? secret) => new(Options.Create(new WebhookOptions { Secret = secret }));
}
