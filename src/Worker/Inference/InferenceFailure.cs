namespace QueueInference.Worker.Inference;

/// <summary>Why a run failed, as far as the caller has to act differently.</summary>
internal enum InferenceFailure
{
    /// <summary>The model refused these inputs; the same inputs will fail again.</summary>
    Failed,
    /// <summary>Memory ran out; fewer rows, or the same ones later, may succeed.</summary>
    OutOfMemory,
    /// <summary>It was asked to stop before its end.</summary>
    Stopped,
    /// <summary>The device itself has failed; nothing runs on it until the process is started again.</summary>
    DeviceLost,
    /// <summary>It ran, but an output is NaN or infinite where the model says that none is.</summary>
    NotFinite,
}
