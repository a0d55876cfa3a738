using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace QueueInference.Core.Auth;

/// <summary>Registers the one static key.</summary>
public static class ApiKeyAuthExtensions
{
    /// <summary>Below it everything needs the key of administrators, where there are keys.</summary>
    public const string AdminPath = "/v1/admin";

    /// <summary>Registers the key, and the check at start that a host without one stays on loopback.</summary>
    public static IServiceCollection AddApiKeyAuth(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<AuthOptions, AuthOptionsValidator>().BindConfiguration(AuthOptions.SectionName);
        return services;
    }

    /// <summary>Checks every request from here on.</summary>
    /// <param name="app">The pipeline.</param>
    /// <param name="reject">Writes the problem for a slug and a detail; it keeps the headers that are set already, such as <c>WWW-Authenticate</c>.</param>
    public static IApplicationBuilder UseApiKeyAuth(this IApplicationBuilder app, Func<HttpContext, string, string, Task> reject)
        => app.UseMiddleware<ApiKeyMiddleware>(reject);
}
