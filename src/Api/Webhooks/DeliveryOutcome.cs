namespace QueueInference.Api.Webhooks;

/// <summary>How one delivery attempt ended.</summary>
internal abstract record DeliveryOutcome
{
    /// <summary>The endpoint answered 2xx.</summary>
    public sealed record Accepted : DeliveryOutcome;

    /// <summary>The endpoint answered 410: it wants no more events, so trying again is pointless.</summary>
    public sealed record Gone : DeliveryOutcome;

    /// <summary>Anything else; it may be tried again.</summary>
    /// <param name="Reason"><c>http-&lt;status&gt;</c>, <c>timeout</c>, <c>dns-failed</c>, <c>connect-failed</c>, <c>tls-failed</c>,
    /// <c>connection-lost</c> or <c>no-signing-secret</c>. It never holds anything the endpoint sent.</param>
    /// <param name="RetryAfter">How long the endpoint asked to be left alone.</param>
    public sealed record Rejected(string Reason, TimeSpan? RetryAfter = null) : DeliveryOutcome;
}
