namespace QueueInference.Contracts;

/// <summary>The closed list of reasons a job can fail for.</summary>
public static class JobErrorCodes
{
    /// <summary>The broker never confirmed the job within a minute.</summary>
    public const string EnqueueFailed = "enqueue-failed";
    /// <summary>The inputs do not fit the version that ran them.</summary>
    public const string InvalidInput = "invalid-input";
    /// <summary>ONNX Runtime refused these inputs, alone.</summary>
    public const string InferenceFailed = "inference-failed";
    /// <summary>Memory ran out on each attempt.</summary>
    public const string OutOfMemory = "out-of-memory";
    /// <summary>The worker process died on each attempt.</summary>
    public const string WorkerCrashed = "worker-crashed";
    /// <summary>The broker lost the message and the inputs were not kept.</summary>
    public const string LostByBroker = "lost-by-broker";
    /// <summary>The kept inputs are gone.</summary>
    public const string PayloadLost = "payload-lost";
    /// <summary>No worker holds the pinned version any longer.</summary>
    public const string VersionGone = "version-gone";
    /// <summary>A fault of the service; the log has the details.</summary>
    public const string Internal = "internal";
}
