namespace QueueInference.Worker;

/// <summary>Tells other parts of the same process when the worker consumes.</summary>
/// <param name="Task">Ends once models are loaded, announced and consumed.</param>
public sealed record WorkerReady(Task Task);
