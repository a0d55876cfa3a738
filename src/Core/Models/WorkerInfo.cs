namespace QueueInference.Core.Models;

/// <summary>What a live worker says about itself with each heartbeat.</summary>
/// <param name="Id">Its id, unique to the process.</param>
/// <param name="StartedAt">Unix milliseconds.</param>
/// <param name="Models">The versions it serves, as <c>model/version</c>.</param>
/// <param name="ExecutionProviders">Where they run.</param>
public sealed record WorkerInfo(string Id, long StartedAt, IReadOnlyList<string> Models, IReadOnlyList<string> ExecutionProviders);
