using QueueInference.Contracts;
using QueueInference.Worker.Inference;

namespace QueueInference.Worker.Batching;

/// <summary>What the caller reads of a run that failed. Never anything of the payload.</summary>
internal static class BatchErrors
{
    public static JobError Of(InferenceFailure failure) => failure switch
    {
        InferenceFailure.OutOfMemory => new(JobErrorCodes.OutOfMemory, "The device ran out of memory on each attempt."),
        InferenceFailure.Stopped => new(JobErrorCodes.InferenceFailed, "The model ran longer than its timeout_ms on these inputs and was stopped."),
        InferenceFailure.NotFinite => new(JobErrorCodes.InferenceFailed, "An output of the model is not finite (NaN or infinity), which its finite_outputs forbids."),
        _ => new(JobErrorCodes.InferenceFailed, "The model failed on these inputs."),
    };
}
