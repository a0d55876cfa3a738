using Microsoft.Extensions.Configuration;
using QueueInference.Core.Auth;
using Xunit;

namespace QueueInference.Tests.Core.Auth;

public sealed class ListenAddressesTests
{
    [Theory]
    [InlineData("", "http://localhost:5000")]
    [InlineData("urls=http://127.0.0.1:80; http://*:81", "http://127.0.0.1:80 http://*:81")]
    [InlineData("URLS=http://a:1", "http://a:1")]
    [InlineData("http_ports=8080;8081|https_ports=8443", "http://*:8080 http://*:8081 https://*:8443")]
    [InlineData("urls=http://a:1|http_ports=8080", "http://a:1")]
    [InlineData("urls=http://a:1|Kestrel:Endpoints:Main:Url=http://b:2", "http://b:2")]
    [InlineData("urls=http://a:1|Kestrel:Endpoints:Main:Url=http://b:2|preferHostingUrls=true", "http://a:1")]
    [InlineData("Kestrel:Endpoints:Main:Url=http://b:2|preferHostingUrls=true", "http://b:2")]
    public void Of_Settings_FollowsTheHostsPrecedence(string settings, string expected)
        => Assert.Equal(expected.Split(' '), ListenAddresses.Of(Configuration(settings)));

    [Theory]
    [InlineData("http://localhost:5000", true)]
    [InlineData("https://LOCALHOST", true)]
    [InlineData("http://127.0.0.1:0", true)]
    [InlineData("http://127.9.9.9:1", true)]
    [InlineData("http://[::1]:1", true)]
    [InlineData("http://unix:/run/qi.sock", true)]
    [InlineData("http://*:80", false)]
    [InlineData("http://+:80", false)]
    [InlineData("http://0.0.0.0:80", false)]
    [InlineData("http://[::]:80", false)]
    [InlineData("http://10.0.0.1:80", false)]
    [InlineData("http://example.com:80", false)]
    [InlineData("http://localhost.example.com:80", false)]
    [InlineData("nonsense", false)]
    public void IsLoopback_Address_IsJudged(string url, bool expected) => Assert.Equal(expected, ListenAddresses.IsLoopback(url));

    internal static IConfiguration Configuration(string settings)
        => new ConfigurationBuilder().AddInMemoryCollection(
            settings.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(setting => setting.Split('=', 2))
                .ToDictionary(pair => pair[0], pair => (string?)pair[1])).Build();
}
