using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using QueueInference.Core.Auth;
using Xunit;

namespace QueueInference.Tests.Core.Auth;

public sealed class ApiKeyMiddlewareTests
{
    private const string Key = "0123456789abcdef", AdminKey = "fedcba9876543210";

    [Theory]
    [InlineData("/v1/jobs", null, "missing-credentials")]
    [InlineData("/v1/jobs", "", "missing-credentials")]
    [InlineData("/v1/jobs", "Bearer ", "missing-credentials")]
    [InlineData("/v1/jobs", "Basic " + Key, "missing-credentials")]
    [InlineData("/v1/jobs", "Bearer " + Key + "x", "invalid-credentials")]
    [InlineData("/v1/jobs", "Bearer 0123456789abcdeF", "invalid-credentials")]
    [InlineData("/v1/jobs", "Bearer " + Key, "passed")]
    [InlineData("/v1/jobs", "bearer " + Key, "passed")]
    [InlineData("/V1/jobs", null, "missing-credentials")]
    [InlineData("/metrics", null, "missing-credentials")]
    [InlineData("/v2/models/digits/infer", null, "missing-credentials")]
    [InlineData("/", null, "missing-credentials")]
    [InlineData("/healthy", null, "missing-credentials")]
    [InlineData("/health/ready", null, "passed")]
    [InlineData("/openapi/v1.json", null, "passed")]
    public async Task Invoke_WithKeySet_AsksForIt(string path, string? authorization, string expected)
    {
        var context = Context(path);
        context.Request.Host = new HostString("inference.example.com");
        context.Request.Headers.Authorization = authorization;

        Assert.Equal(expected, await InvokeAsync(context, Key));
        Assert.Equal(expected == "passed" ? "" : "Bearer", context.Response.Headers.WWWAuthenticate.ToString());
    }

    [Fact]
    public async Task Invoke_TwoAuthorizationHeaders_IsInvalid()
    {
        var context = Context("/v1/jobs");
        context.Request.Headers.Authorization = new[] { "Bearer " + Key, "Bearer " + Key };

        Assert.Equal("invalid-credentials", await InvokeAsync(context, Key));
    }

    [Theory]
    [InlineData("localhost:5000", null, "passed")]
    [InlineData("127.0.0.1:5000", null, "passed")]
    [InlineData("[::1]:5000", null, "passed")]
    [InlineData("localhost", "http://localhost:3000", "passed")]
    [InlineData("localhost", "http://[::1]:3000", "passed")]
    [InlineData("", null, "forbidden")]
    [InlineData("rebound.example.com", null, "forbidden")]
    [InlineData("localhost.example.com:5000", null, "forbidden")]
    [InlineData("localhost", "https://example.com", "forbidden")]
    [InlineData("localhost", "null", "forbidden")]
    [InlineData("localhost", "", "forbidden")]
    public async Task Invoke_WithoutKey_GuardsAgainstRebinding(string host, string? origin, string expected)
    {
        var context = Context("/v1/jobs");
        context.Request.Host = new HostString(host);
        if (origin is not null)
        {
            context.Request.Headers.Origin = origin;
        }

        Assert.Equal(expected, await InvokeAsync(context, null));
    }

    [Theory]
    [InlineData("127.0.0.1", "passed")]
    [InlineData("::ffff:127.0.0.1", "passed")]
    [InlineData("10.0.0.1", "forbidden")]
    public async Task Invoke_WithoutKey_RefusesOtherInterfaces(string address, string expected)
    {
        var context = Context("/v1/jobs");
        context.Connection.LocalIpAddress = IPAddress.Parse(address);

        Assert.Equal(expected, await InvokeAsync(context, null));
    }

    [Theory]
    [InlineData("/v1/admin/dead-letters", Key, AdminKey, "forbidden")]
    [InlineData("/V1/ADMIN/dead-letters", Key, AdminKey, "forbidden")]
    [InlineData("/v1/admin", Key, AdminKey, "forbidden")]
    [InlineData("/v1/admin/dead-letters", Key, null, "forbidden")]
    [InlineData("/v1/admin/dead-letters", AdminKey, null, "invalid-credentials")]
    [InlineData("/v1/admin/dead-letters", AdminKey + "x", AdminKey, "invalid-credentials")]
    [InlineData("/v1/admin/dead-letters", AdminKey, AdminKey, "passed")]
    [InlineData("/v1/admin/dead-letters", Key, Key, "passed")]
    [InlineData("/v1/jobs", AdminKey, AdminKey, "passed")]
    [InlineData("/v1/jobs", Key, AdminKey, "passed")]
    [InlineData("/v1/administrators", Key, AdminKey, "passed")]
    public async Task Invoke_ForAdministrators_AsksForTheirKey(string path, string sent, string? adminKey, string expected)
    {
        var context = Context(path);
        context.Request.Headers.Authorization = "Bearer " + sent;

        Assert.Equal(expected, await InvokeAsync(context, Key, adminKey));
    }

    [Fact]
    public async Task Invoke_ForAdministratorsWithoutAnyKey_IsOpenToThisMachine() =>
        Assert.Equal("passed", await InvokeAsync(Context("/v1/admin/dead-letters"), null));

    private static DefaultHttpContext Context(string path)
    {
        var context = new DefaultHttpContext();
        context.Request.Host = new HostString("localhost");
        context.Request.Path = path;
        return context;
    }

    private static async Task<string> InvokeAsync(HttpContext context, string? key, string? adminKey = null)
    {
        var seen = "";
        using var services = new ServiceCollection().AddSingleton(Options.Create(new AuthOptions { ApiKey = key, AdminKey = adminKey })).BuildServiceProvider();
        var app = new ApplicationBuilder(services);
        app.UseApiKeyAuth((_, slug, _) => Record(slug));
        app.Run(_ => Record("passed"));
        await app.Build()(context);
        return seen;

        Task Record(string what)
        {
            seen = what;
            return Task.CompletedTask;
        }
    }
}
