using Microsoft.Extensions.Configuration;
using QueueInference.Api.Webhooks;
using Xunit;

namespace QueueInference.Tests.Api.Webhooks;

public sealed class WebhookOptionsTests
{
    private readonly WebhookOptionsValidator _validator = new();

    [Fact]
    public void Defaults_ArePinnedAndValid()
    {
        var options = new WebhookOptions();

        Assert.Null(options.Secret);
        Assert.Empty(options.AllowedHttpHosts);
        Assert.Equal(TimeSpan.FromSeconds(15), options.Timeout);
        Assert.Equal([0, 5, 30, 120, 600, 1800, 7200, 21600, 43200, 86400], WebhookOptions.DefaultSchedule.Select(wait => (int)wait.TotalSeconds));
        Assert.Equal(0.2, options.Jitter);
        Assert.Equal(16, options.Concurrency);
        Assert.True(_validator.Validate(null, options).Succeeded);
    }

    [Fact]
    public void Validate_EverythingWrong_NamesAllWithoutTheSecret()
    {
        var result = _validator.Validate(null, new WebhookOptions
        {
            Secret = "whsec_c2hvcnQ=",
            AllowedHttpHosts = ["localhost:5000", "http://sink"],
            Timeout = TimeSpan.Zero,
            Schedule = [],
            Jitter = 1,
            Concurrency = 0,
        });

        Assert.Equal(
            """
            Webhooks:Secret must be 'whsec_' followed by base64 of 24 to 64 bytes; separate several by spaces.
            Webhooks:AllowedHttpHosts holds 'http://sink', which is neither a host nor a host:port.
            Webhooks:Timeout is 00:00:00; it must be between 1 ms and 5 min.
            Webhooks:Schedule must hold at least one wait, each between 0 and 7 days.
            Webhooks:Jitter is 1; it must be at least 0 and below 1.
            Webhooks:Concurrency is 0; it must be between 1 and 1024.
            """.ReplaceLineEndings(), string.Join(Environment.NewLine, result.Failures!));
    }

    [Theory]
    [InlineData("sink", true)]
    [InlineData("127.0.0.1:9000", true)]
    [InlineData("[::1]:9000", true)]
    [InlineData("", false)]
    [InlineData("sink/path", false)]
    [InlineData("sink/", false)]
    [InlineData("user@sink", false)]
    [InlineData("sink:99999", false)]
    public void Validate_AllowedHttpHosts_TakesHostOrAuthority(string host, bool expected)
        => Assert.Equal(expected, _validator.Validate(null, new WebhookOptions { AllowedHttpHosts = [host] }).Succeeded);

    [Theory]
    [InlineData(23, false)]
    [InlineData(24, true)]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(200, false)]
    public void Validate_SecretLength_IsBounded(int bytes, bool expected)
        => Assert.Equal(expected, _validator.Validate(null, new WebhookOptions { Secret = "whsec_" + Convert.ToBase64String(new byte[bytes]) }).Succeeded);

    [Fact]
    public void Bind_Schedule_ReplacesTheDefault()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Webhooks:Schedule:0"] = "00:00:00", ["Webhooks:Schedule:1"] = "00:00:01" }).Build();

        var options = configuration.GetSection(WebhookOptions.SectionName).Get<WebhookOptions>()!;

        Assert.Equal([TimeSpan.Zero, TimeSpan.FromSeconds(1)], options.Schedule!);
    }
}
