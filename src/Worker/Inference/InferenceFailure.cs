namespace QueueInference.Worker.Inference;

/// <summary>Why a run failed, as far as the caller has to act differently.</summary>
internal enum InferenceFailure
{
    /// <summary>The model refused these inputs; the same inputs will fail again.</summary>
    Failed,
    /// <summary>Memory ran out; fewer rows, or the same ones later, may succeed.</summary>
    OutOfMemory,
    /// <summary>The caller asked it to stop, and it did; says nothing about the inputs.</summary>
    Stopped,
}
