namespace QueueInference.Core.Auth;

/// <summary>Who may call.</summary>
internal sealed class AuthOptions
{
    public const string SectionName = "Auth";

    public const int MinKeyLength = 16;

    /// <summary>The key that callers send as <c>Authorization: Bearer</c>: at least 16 visible ASCII characters.</summary>
    /// <value>The default is none: then the host answers on loopback addresses alone.</value>
    public string? ApiKey { get; set; }
}
