using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;

namespace QueueInference.Api.Webhooks;

/// <summary>Decides which webhook URLs a job may name: https, or plain http to a host the operator listed.</summary>
/// <remarks>It judges the text alone. Where the name leads is only known when connecting.</remarks>
internal sealed class WebhookUrlPolicy(IOptions<WebhookOptions> options)
{
    private const int MaxLength = 2048;

    public bool Allows(string? url, [NotNullWhen(false)] out string? reason)
    {
        reason = Uri.TryCreate(url, UriKind.Absolute, out var parsed) ? WhyNot(parsed) : "The webhook URL must be an absolute URL.";
        return reason is null;
    }

    public bool Allows(Uri url, [NotNullWhen(false)] out string? reason)
    {
        reason = url.IsAbsoluteUri ? WhyNot(url) : "The webhook URL must be an absolute URL.";
        return reason is null;
    }

    // No sentence repeats the URL: it may carry a secret, and it goes back in a problem body.
    private string? WhyNot(Uri url) => url switch
    {
        { OriginalString.Length: > MaxLength } => $"The webhook URL must not be longer than {MaxLength} characters.",
        _ when url.OriginalString.Any(char.IsControl) => "The webhook URL must not hold control characters.",
        _ when url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp => "The webhook URL must be https.",
        { UserInfo.Length: > 0 } => "The webhook URL must not hold user information.",
        { Fragment.Length: > 0 } => "The webhook URL must not hold a fragment.",
        { Host.Length: 0 } => "The webhook URL must name a host.",
        _ when url.Scheme == Uri.UriSchemeHttp && !IsListed(url, url.Host) && !IsListed(url, $"{url.Host}:{url.Port}")
            => "The webhook URL must be https; plain http is allowed only to hosts listed in Webhooks:AllowedHttpHosts.",
        // Below 1024 live services that must not be reached with a crafted body, such as SSH and SMTP.
        { Port: not (80 or 443 or >= 1024) } when !IsListed(url, $"{url.Host}:{url.Port}")
            => "The webhook URL must use port 80, port 443 or a port from 1024.",
        _ => null,
    };

    private bool IsListed(Uri url, string authority)
        => url.Scheme == Uri.UriSchemeHttp && options.Value.AllowedHttpHosts.Contains(authority, StringComparer.OrdinalIgnoreCase);
}
