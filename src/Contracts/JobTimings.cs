namespace QueueInference.Contracts;

/// <summary>Milliseconds a job spent in each stage.</summary>
/// <param name="Queued">From submission to the claim.</param>
/// <param name="Batched">From the claim to the start of its batch.</param>
/// <param name="Inference">The run of its batch.</param>
public sealed record JobTimings(double Queued, double Batched, double Inference);

/// <summary>How a job was run, written with its result.</summary>
/// <param name="Version">The version that ran.</param>
/// <param name="Sha256">Hex digest of the model file that ran, so that an answer can be traced.</param>
/// <param name="Worker">The worker's id.</param>
/// <param name="BatchSize">Rows in the batch.</param>
/// <param name="Timings">Time per stage.</param>
public sealed record JobRun(int Version, string Sha256, string Worker, int BatchSize, JobTimings Timings);
