using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using QueueInference.Core.Auth;
using Xunit;

namespace QueueInference.Tests.Core.Auth;

public sealed class AuthOptionsTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData("urls=http://127.0.0.1:1;http://[::1]:1", null)]
    [InlineData("urls=http://0.0.0.0:80|Auth:ApiKey=0123456789abcdef", null)]
    [InlineData("Auth:ApiKey=0123456789abcde", "Auth:ApiKey must have at least 16 characters.")]
    [InlineData("Auth:ApiKey=0123456789 abcdef", "Auth:ApiKey must consist of visible ASCII characters: it travels in a header.")]
    [InlineData("Auth:ApiKey=0123456789abcdef|Auth:AdminKey=0123456789abcdef", null)]
    [InlineData("Auth:ApiKey=0123456789abcdef|Auth:AdminKey=0123456789abcde", "Auth:AdminKey must have at least 16 characters.")]
    [InlineData("Auth:AdminKey=0123456789abcdef", "Auth:AdminKey without Auth:ApiKey protects nothing but /v1/admin; set Auth__ApiKey too.")]
    [InlineData(
        "urls=http://localhost:1;http://0.0.0.0:80",
        "The host would listen on 'http://0.0.0.0:80' without an API key; set Auth__ApiKey to a secret of at least 16 characters, or listen on a loopback address such as http://localhost:5000.")]
    public void Validate_KeyAndAddresses_MustFit(string settings, string? error)
    {
        var configuration = ListenAddressesTests.Configuration(settings);

        var result = new AuthOptionsValidator(configuration).Validate(null, new AuthOptions { ApiKey = configuration["Auth:ApiKey"], AdminKey = configuration["Auth:AdminKey"] });

        Assert.Equal(error, result.FailureMessage);
    }

    [Fact]
    public async Task Start_OffLoopbackWithoutKey_IsRefused()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://0.0.0.0:0");
        builder.Logging.ClearProviders();
        builder.Services.AddApiKeyAuth();
        await using var app = builder.Build();

        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("'http://0.0.0.0:0' without an API key", e.Message, StringComparison.Ordinal);
    }
}
