using QueueInference.Api.Problems;
using QueueInference.Api.Requests;

namespace QueueInference.Api.Bulk;

/// <summary>One job of a bulk as it came: its bytes, or why they were not taken.</summary>
/// <param name="Body">What the body of a single call would be.</param>
/// <param name="Refusal">Why there is none.</param>
/// <param name="HeaderLength">Bytes of JSON before the binary tensors; null when it is JSON alone.</param>
/// <param name="Key">The idempotency key beside it.</param>
internal sealed record BulkItem(RequestBody? Body, Problem? Refusal = null, int? HeaderLength = null, string? Key = null) : IDisposable
{
    public void Dispose() => Body?.Dispose();
}
