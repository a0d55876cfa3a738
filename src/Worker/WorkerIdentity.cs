namespace QueueInference.Worker;

/// <summary>Who this process is, in records, results and the list of workers.</summary>
internal sealed class WorkerIdentity
{
    /// <summary>Machine, process and a random part, so that a restarted container is not taken for its predecessor.</summary>
    public string Id { get; } = $"{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..6]}";
}
