namespace QueueInference.Worker.Inference;

/// <summary>A run failed. The message never holds payload; the inner exception may, and is meant for the log.</summary>
internal sealed class InferenceException(InferenceFailure failure, string message, Exception? inner = null)
    : Exception(message, inner)
{
    // What the allocators of ONNX Runtime, CUDA, cuDNN and the C++ library say; there is no error code for it.
    private static readonly string[] OutOfMemoryTexts =
        ["bad allocation", "bad_alloc", "failed to allocate memory", "out of memory", "cudaErrorMemoryAllocation", "CUDNN_STATUS_ALLOC_FAILED"];

    // After these a CUDA context stays broken for as long as the process lives.
    private static readonly string[] DeviceLostTexts =
        ["CUDA failure 700", "CUDA failure 719", "cudaErrorIllegalAddress", "illegal memory access", "unspecified launch failure", "device-side assert",
            "cudaErrorECCUncorrectable", "uncorrectable ECC"];

    /// <summary>What kind of failure it is.</summary>
    public InferenceFailure Failure { get; } = failure;

    /// <summary>Classifies what a run threw.</summary>
    /// <param name="cause">What it threw.</param>
    /// <param name="stopped">Whether it had been asked to stop, which then is the reason, whatever the text says.</param>
    public static InferenceException From(Exception cause, bool stopped = false) =>
        stopped ? new(InferenceFailure.Stopped, "The run was stopped before its end.", cause)
        : Says(cause, DeviceLostTexts) ? new(InferenceFailure.DeviceLost, "The device failed and needs a new process.", cause)
        : IsOutOfMemory(cause) ? new(InferenceFailure.OutOfMemory, "There was not enough memory to run the model.", cause)
        : new(InferenceFailure.Failed, "The model could not run with these inputs.", cause);

    private static bool IsOutOfMemory(Exception cause) =>
        cause is OutOfMemoryException || Says(cause, OutOfMemoryTexts);

    private static bool Says(Exception cause, string[] texts) =>
        Array.Exists(texts, text => cause.Message.Contains(text, StringComparison.OrdinalIgnoreCase));
}
