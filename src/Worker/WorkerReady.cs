namespace QueueInference.Worker;

/// <summary>Tells other parts of the same process when the worker consumes.</summary>
/// <param name="Serving">Ends once models are loaded, announced and consumed, with their names and versions.</param>
public sealed record WorkerReady(Task<string[]> Serving);
