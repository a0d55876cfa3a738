namespace QueueInference.Contracts;

/// <summary>Priority class; each has a queue of its own. Lower values run first.</summary>
public enum JobPriority : byte
{
    /// <summary>Before everything else.</summary>
    High,
    /// <summary>The default.</summary>
    Normal,
    /// <summary>When nothing else waits.</summary>
    Low,
}
