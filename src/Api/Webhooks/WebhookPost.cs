namespace QueueInference.Api.Webhooks;

/// <summary>One event for one endpoint; every attempt sends the same id and bytes.</summary>
internal sealed record WebhookPost(string Id, Uri Url, ReadOnlyMemory<byte> Body);
