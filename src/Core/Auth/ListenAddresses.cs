using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace QueueInference.Core.Auth;

/// <summary>Finds the addresses that configuration tells the host to bind, by the host's own order of precedence.</summary>
/// <remarks>Addresses bound by code are not seen here; <see cref="ApiKeyMiddleware"/> refuses what arrives on them.</remarks>
internal static class ListenAddresses
{
    public static IReadOnlyList<string> Of(IConfiguration configuration)
    {
        string[] endpoints = [.. configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>()];
        string[] urls = Split(configuration["urls"]);
        if (urls.Length == 0)
        {
            urls = [.. Split(configuration["http_ports"]).Select(port => $"http://*:{port}"), .. Split(configuration["https_ports"]).Select(port => $"https://*:{port}")];
        }

        var preferUrls = configuration["preferHostingUrls"] is "1" || (bool.TryParse(configuration["preferHostingUrls"], out var prefer) && prefer);
        return endpoints.Length > 0 && !(preferUrls && urls.Length > 0) ? endpoints
            : urls.Length > 0 ? urls
            : ["http://localhost:5000"];
    }

    /// <summary>Whether nobody outside this machine can reach the address. A name other than localhost is bound to every interface.</summary>
    public static bool IsLoopback(string url)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            return address.IsUnixPipe || IsLoopbackHost(address.Host);
        }
        catch (FormatException)
        {
            return false;
        }
    }

    public static bool IsLoopbackHost(string host)
        => host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));

    private static string[] Split(string? list)
        => list?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
