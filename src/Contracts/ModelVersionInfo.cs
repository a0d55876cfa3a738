namespace QueueInference.Contracts;

/// <summary>What the workers announce about one version of a model; it is kept when no worker lives.</summary>
/// <param name="Model">The model's name: its folder in the model repository.</param>
/// <param name="Version">The version number: the folder below.</param>
/// <param name="Signature">Its inputs and outputs.</param>
/// <param name="MaxBatchSize">Most rows run together; 1 when the model has no batch axis.</param>
/// <param name="MaxGroupJobs">Most jobs one broker message may carry, so that one worker does not hoard slow work.</param>
/// <param name="MaxAttempts">Runs a job may cost before it fails as <c>worker-crashed</c> or with its last error.</param>
/// <param name="Sha256">Hex digest of <c>model.onnx</c>.</param>
public sealed record ModelVersionInfo(
    string Model, int Version, ModelSignature Signature, int MaxBatchSize, int MaxGroupJobs, int MaxAttempts, string Sha256);
