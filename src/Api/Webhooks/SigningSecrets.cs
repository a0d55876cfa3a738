namespace QueueInference.Api.Webhooks;

/// <summary>The written form of signing secrets: <c>whsec_</c> and base64 of 24 to 64 bytes, several separated by spaces.</summary>
internal static class SigningSecrets
{
    private const string Prefix = "whsec_";

    public static string[] Split(string? secrets)
        => secrets?.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    public static byte[]? Decode(string secret)
    {
        var buffer = new byte[96];
        return secret.StartsWith(Prefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(secret[Prefix.Length..], buffer, out var length)
            && length is >= 24 and <= 64
            ? buffer[..length] : null;
    }
}
