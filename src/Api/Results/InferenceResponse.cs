using QueueInference.Contracts;

namespace QueueInference.Api.Results;

/// <summary>The protocol's answer to an inference.</summary>
/// <param name="ModelName">The model that ran.</param>
/// <param name="ModelVersion">The version that ran.</param>
/// <param name="Id">The job's id, or the one the client sent; null leaves it out.</param>
/// <param name="Outputs">The outputs, in order.</param>
internal sealed record InferenceResponse(string ModelName, int ModelVersion, string? Id, IReadOnlyList<Tensor> Outputs);
