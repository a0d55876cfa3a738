using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace QueueInference.Api.Webhooks;

/// <summary>Signs posts by Standard Webhooks 1.0.0, with every configured secret, so that a receiver can change over at leisure.</summary>
internal sealed class StandardWebhookSigner(IOptions<WebhookOptions> options)
{
    private readonly byte[][] _keys = [.. SigningSecrets.Split(options.Value.Secret).Select(SigningSecrets.Decode).OfType<byte[]>()];

    /// <summary>Whether a secret is configured. Without one no webhook may be accepted, nor posted.</summary>
    public bool CanSign => _keys.Length > 0;

    public void Sign(HttpRequestHeaders headers, string id, DateTimeOffset timestamp, ReadOnlySpan<byte> body)
    {
        var seconds = timestamp.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        headers.TryAddWithoutValidation("webhook-id", id);
        headers.TryAddWithoutValidation("webhook-timestamp", seconds);
        headers.TryAddWithoutValidation("webhook-signature", Signature(id, seconds, body));
    }

    private string Signature(string id, string seconds, ReadOnlySpan<byte> body)
    {
        byte[] content = [.. Encoding.UTF8.GetBytes($"{id}.{seconds}."), .. body];
        return string.Join(' ', _keys.Select(key => "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, content))));
    }
}
