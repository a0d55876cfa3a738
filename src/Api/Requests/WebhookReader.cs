using System.Text.Json;
using QueueInference.Api.Problems;
using QueueInference.Contracts;

namespace QueueInference.Api.Requests;

/// <summary>Reads <c>webhook</c> and checks its syntax. Whether the host is allowed is asked when the address is known.</summary>
internal static class WebhookReader
{
    private static readonly string[] Events = ["job.succeeded", "job.failed", "job.canceled", "job.expired"];

    /// <summary>Reads the object.</summary>
    public static WebhookTarget Read(ref JsonCursor json, RequestLimits limits)
    {
        const string Pointer = "/webhook";
        json.Require(JsonTokenType.StartObject, Pointer, "an object");
        string? url = null;
        IReadOnlyList<string>? events = null;
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (json.NextProperty(names, Pointer, out var name))
        {
            switch (name)
            {
                case "url":
                    url = RequireUrl(json.Text("/webhook/url"), limits.MaxWebhookUrlLength);
                    break;
                case "events":
                    events = json.Kind == JsonTokenType.Null ? null : ReadEvents(ref json);
                    break;
                default:
                    throw new ProblemException("unknown-property", Pointer, "A webhook has url and events.");
            }
        }

        return new(url ?? throw new ProblemException("type-mismatch", "/webhook/url", "The property is required."), events);
    }

    /// <summary>Whether a webhook could be sent there, as far as the text tells.</summary>
    public static bool IsUrl(string url, int maxLength) =>
        url.Length <= maxLength
        // Only what a request line can carry: no white space, control character or raw letter beyond ASCII. A backslash and a sign of
        // userinfo or fragment are refused as text, because parsers disagree about them.
        && !url.AsSpan().ContainsAnyExceptInRange('!', '~') && !url.AsSpan().ContainsAny('\\', '#')
        && Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
        && url.StartsWith($"{uri.Scheme}://", StringComparison.OrdinalIgnoreCase)
        && uri.Host.Length > 0 && uri.UserInfo.Length == 0 && !url[..AuthorityEnd(url)].Contains('@')
        // Below 1024 only the ports of HTTP itself: a webhook must not talk to a mail or shell server.
        && uri.Port is 80 or 443 or >= 1024;

    private static int AuthorityEnd(string url)
    {
        var start = url.IndexOf("://", StringComparison.Ordinal) + 3;
        var length = url.AsSpan(start).IndexOfAny('/', '?');
        return length < 0 ? url.Length : start + length;
    }

    private static string RequireUrl(string url, int maxLength) => IsUrl(url, maxLength)
        ? url
        : throw new ProblemException(
            "webhook-url-invalid", "/webhook/url",
            $"The value must be an absolute http or https URL in ASCII of at most {maxLength} characters, on port 80, 443 or from 1024, without user name and fragment.");

    private static List<string> ReadEvents(ref JsonCursor json)
    {
        json.Require(JsonTokenType.StartArray, "/webhook/events", "an array of strings");
        var events = new List<string>();
        while (json.NextElement())
        {
            var name = json.Text("/webhook/events");
            if (!Events.Contains(name) || events.Contains(name))
            {
                throw new ProblemException("webhook-url-invalid", "/webhook/events", $"Events are {string.Join(", ", Events)}, each at most once.");
            }

            events.Add(name);
        }

        return events;
    }
}
