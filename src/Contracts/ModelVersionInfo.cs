namespace QueueInference.Contracts;

/// <summary>What the workers announce about one version of a model; it is kept when no worker lives.</summary>
/// <param name="Model">The model's name: its folder in the model repository.</param>
/// <param name="Version">The version number: the folder below.</param>
/// <param name="Signature">Its inputs and outputs.</param>
/// <param name="MaxBatchSize">Most rows run together as far as is known; 1 when jobs run one at a time.</param>
/// <param name="MaxGroupJobs">Most jobs one broker message may carry, so that one worker does not hoard slow work.</param>
/// <param name="MaxAttempts">Runs a job may cost before it fails as <c>worker-crashed</c> or with its last error.</param>
/// <param name="Sha256">Hex digest of <c>model.onnx</c>; of several files one for all.</param>
/// <param name="Device">Where it runs, such as <c>cpu</c>; empty where a worker does not say.</param>
/// <param name="ExecutionProviders">Which execution providers really took the model, those with the most operators first; null where it is not known.</param>
/// <param name="BatchSafe">Whether rows run together give what they give alone; null while that is not known.</param>
/// <param name="PaddingSafe">Whether padded sequences give what they give at their own length; null while that is not known, or nothing is padded.</param>
/// <param name="BatchingNote">What is not done for the sake of correct answers, and why, as a sentence.</param>
/// <param name="BatchTimes">What was measured, for the shapes used most; null where a worker does not say.</param>
public sealed record ModelVersionInfo(
    string Model, int Version, ModelSignature Signature, int MaxBatchSize, int MaxGroupJobs, int MaxAttempts, string Sha256,
    string Device = "", IReadOnlyList<ProviderNodes>? ExecutionProviders = null, bool? BatchSafe = null, bool? PaddingSafe = null, string? BatchingNote = null, IReadOnlyList<MeasuredBatch>? BatchTimes = null)
{
    /// <summary>Its name: <c>model/version</c>.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Name => $"{Model}/{Version}";

    /// <summary>Hex digests of its files, by path in its folder; null where a worker does not say.</summary>
    public IReadOnlyDictionary<string, string>? Files { get; init; }

    /// <summary>Whether jobs that name no version run on this one; null where a worker does not say.</summary>
    public bool? Default { get; init; }
}

/// <summary>The part of a model that an execution provider took.</summary>
/// <param name="Name">Its name, as in configuration.</param>
/// <param name="Nodes">Operators of the model that run there.</param>
public sealed record ProviderNodes(string Name, int Nodes);

/// <summary>How long a batch of one shape and size takes.</summary>
/// <param name="Shape">The inputs' dimensions, such as <c>image:[*,1,28,28]</c>; <c>*</c> stands for the rows.</param>
/// <param name="Rows">Rows run together.</param>
/// <param name="Ms">Milliseconds of a run: the lower quartile of the last ones, since runs are late by accident but never early.</param>
/// <param name="Chosen">Whether this is the size to which batches grow.</param>
public sealed record MeasuredBatch(string Shape, int Rows, double Ms, bool Chosen);
