namespace QueueInference.Core.Auth;

/// <summary>Who may call.</summary>
internal sealed class AuthOptions
{
    public const string SectionName = "Auth";

    public const int MinKeyLength = 16;

    /// <summary>The key that callers send as <c>Authorization: Bearer</c>: at least 16 visible ASCII characters.</summary>
    /// <value>The default is none: then the host answers on loopback addresses alone.</value>
    public string? ApiKey { get; set; }

    /// <summary>The key for <c>/v1/admin</c>, which is good for everything else too. Of the same form; it may be the same key.</summary>
    /// <value>The default is none: then nobody may call <c>/v1/admin</c>, unless there is no <see cref="ApiKey"/> either.</value>
    public string? AdminKey { get; set; }
}
