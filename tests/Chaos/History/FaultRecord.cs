namespace QueueInference.Chaos.History;

/// <summary>One injected fault.</summary>
/// <param name="Name">What was done to whom.</param>
/// <param name="From">Seconds from the start of the scenario.</param>
/// <param name="To">When it was over.</param>
/// <param name="Proof">What shows that it happened; null when nothing does.</param>
internal sealed record FaultRecord(string Name, double From, double To, string? Proof)
{
    /// <summary>Most jobs that it may have made run once more.</summary>
    public int Held { get; init; }

    public bool Happened => Proof is not null;
}
