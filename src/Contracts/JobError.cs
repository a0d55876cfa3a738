namespace QueueInference.Contracts;

/// <summary>Why a job failed: a code from <see cref="JobErrorCodes"/> and a sentence that never holds payload.</summary>
public sealed record JobError(string Code, string Message);
