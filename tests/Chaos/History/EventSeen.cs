namespace QueueInference.Chaos.History;

/// <summary>A webhook as it arrived.</summary>
/// <param name="JobId">The job that ended.</param>
/// <param name="EventId">Its <c>webhook-id</c>.</param>
/// <param name="Body">What it said.</param>
internal sealed record EventSeen(string JobId, string EventId, string Body);
