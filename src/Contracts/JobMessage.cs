namespace QueueInference.Contracts;

/// <summary>One job as it rides in a broker message.</summary>
/// <param name="Id">The job's id.</param>
/// <param name="Spec">Everything that is fixed at submission.</param>
/// <param name="Inputs">The tensors; null where they are kept in the store instead (Standalone).</param>
public sealed record JobMessage(string Id, JobSpec Spec, IReadOnlyList<Tensor>? Inputs);
