using System.Globalization;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using QueueInference.Api.Problems;

namespace QueueInference.Api.Requests;

/// <summary>Reads the headers of a submission.</summary>
internal static class RequestHeaders
{
    /// <summary>Characters of an idempotency key.</summary>
    public const int MaxKeyLength = 255;

    private const int MaxWaitSeconds = 60;

    /// <summary>Refuses a body that is neither JSON nor the protocol's binary form, or that is compressed.</summary>
    /// <returns>The length of the JSON before the binary tensors; null when the body is JSON alone.</returns>
    public static int? RequireBody(IHeaderDictionary headers)
    {
        RequireNoEncoding(headers);
        var length = headers["Inference-Header-Content-Length"];
        if (!IsSupported(headers.ContentType, length.Count > 0))
        {
            throw new ProblemException(new Problem(
                "unsupported-media-type",
                "The body must be application/json in UTF-8, or application/octet-stream with the header Inference-Header-Content-Length."));
        }

        return length.Count == 0 ? null
            : int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes
            : throw RequestText.Malformed("The header Inference-Header-Content-Length must be a number of bytes.");
    }

    /// <summary>The key that makes repeats of this request one job; null when there is none.</summary>
    public static string? IdempotencyKey(IHeaderDictionary headers)
    {
        var values = headers["Idempotency-Key"];
        if (values.Count == 0)
        {
            return null;
        }

        var key = values.Count == 1 ? Unquoted((values[0] ?? "").Trim()) : "";
        return IsKey(key)
            ? key
            : throw new ProblemException(new Problem(
                "invalid-idempotency-key", $"The header Idempotency-Key is sent once, with 1 to {MaxKeyLength} printable ASCII characters."));
    }

    /// <summary>Whether a text may be an idempotency key.</summary>
    public static bool IsKey(string key) => key.Length is > 0 and <= MaxKeyLength && !key.AsSpan().ContainsAnyExceptInRange(' ', '~');

    /// <summary>How long the client would like to wait for the result; null when it does not say.</summary>
    /// <remarks>RFC 7240: a preference that cannot be understood is ignored.</remarks>
    public static TimeSpan? PreferredWait(IHeaderDictionary headers)
    {
        var value = Preference(headers, "wait");
        return string.IsNullOrEmpty(value) || value.Any(c => !char.IsAsciiDigit(c)) ? null
            : TimeSpan.FromSeconds(int.TryParse(value, CultureInfo.InvariantCulture, out var seconds) ? Math.Min(seconds, MaxWaitSeconds) : MaxWaitSeconds);
    }

    // The protocol's own Python client sends the binary form without a content type.
    private static bool IsSupported(StringValues contentType, bool hasLength)
    {
        if (contentType.Count == 0)
        {
            return hasLength;
        }

        return MediaTypeHeaderValue.TryParse(contentType.ToString(), out var type)
            && ((type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) && IsUtf8(type))
                || (hasLength && type.MediaType.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>Whether text of this type is UTF-8, as far as the header says.</summary>
    public static bool IsUtf8(MediaTypeHeaderValue type) =>
        !type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase);

    /// <summary>Refuses a compressed body.</summary>
    public static void RequireNoEncoding(IHeaderDictionary headers)
    {
        var encoding = headers.ContentEncoding.ToString().Trim();
        if (encoding.Length > 0 && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            throw new ProblemException(new Problem("unsupported-content-encoding", "The body must not be compressed."));
        }
    }

    // The draft standard makes the key a quoted string; most clients send it bare.
    private static string Unquoted(string key) => !key.StartsWith('"') ? key
        : key.Length >= 2 && key.EndsWith('"') ? HeaderUtilities.UnescapeAsQuotedString(key).ToString()
        : "";

    private static string? Preference(IHeaderDictionary headers, string name)
    {
        foreach (var preference in headers["Prefer"].SelectMany(value => (value ?? "").Split(',')))
        {
            var parts = preference.Split(';')[0].Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts[0].Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return parts.Length == 2 ? parts[1].Trim('"') : "";
            }
        }

        return null;
    }
}
