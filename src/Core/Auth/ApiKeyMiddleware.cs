using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace QueueInference.Core.Auth;

/// <summary>Lets a request through with the key or, where no key is set, from this machine alone.</summary>
/// <remarks>A path is closed unless it is listed as open, so that a new endpoint cannot be left open by oversight.</remarks>
internal sealed class ApiKeyMiddleware(RequestDelegate next, Func<HttpContext, string, string, Task> reject, IOptions<AuthOptions> options)
{
    private static readonly PathString[] Open = ["/health", "/openapi", "/docs", "/problems"];

    private readonly byte[]? _keyHash = HashOf(options.Value.ApiKey), _adminHash = HashOf(options.Value.AdminKey);

    public Task InvokeAsync(HttpContext context)
    {
        if (Open.Any(path => context.Request.Path.StartsWithSegments(path)))
        {
            return next(context);
        }

        return _keyHash is null ? AdmitLocalAsync(context) : AdmitKeyAsync(context, _keyHash);
    }

    private Task AdmitKeyAsync(HttpContext context, byte[] keyHash)
    {
        if (BearerToken(context.Request.Headers.Authorization) is not { } token)
        {
            return ChallengeAsync(context, "missing-credentials", "Send the API key as 'Authorization: Bearer <key>'.");
        }

        // Hashes have one length, so the time taken says nothing about the key's.
        var hash = Hash(token);
        var isAdmin = _adminHash is not null && CryptographicOperations.FixedTimeEquals(hash, _adminHash);
        if (!isAdmin && !CryptographicOperations.FixedTimeEquals(hash, keyHash))
        {
            return ChallengeAsync(context, "invalid-credentials", "The API key is not valid.");
        }

        return isAdmin || !context.Request.Path.StartsWithSegments(ApiKeyAuthExtensions.AdminPath)
            ? next(context)
            : reject(context, "forbidden", "This needs the key that the service has as Auth:AdminKey.");
    }

    private Task ChallengeAsync(HttpContext context, string slug, string detail)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return reject(context, slug, detail);
    }

    /// <summary>Without a key the browser is the way in: a page on any site can make it call this machine, under a name that it resolves to loopback.</summary>
    private Task AdmitLocalAsync(HttpContext context)
    {
        var request = context.Request;
        // Null for a Unix socket and for the test server.
        var local = context.Connection.LocalIpAddress is not { } address || IPAddress.IsLoopback(address);
        return local && ListenAddresses.IsLoopbackHost(request.Host.Host) && IsLocalOrigin(request.Headers.Origin)
            ? next(context)
            : reject(context, "forbidden", "Without an API key only this machine may call, by a loopback host name and from a loopback origin.");
    }

    private static bool IsLocalOrigin(StringValues origin)
        => origin.Count == 0 || (Uri.TryCreate(origin.ToString(), UriKind.Absolute, out var url) && ListenAddresses.IsLoopbackHost(url.Host));

    private static string? BearerToken(StringValues header)
        => header.ToString() is var value && value.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && value[7..].Trim() is { Length: > 0 } token
            ? token : null;

    private static byte[]? HashOf(string? key) => string.IsNullOrEmpty(key) ? null : Hash(key);

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
