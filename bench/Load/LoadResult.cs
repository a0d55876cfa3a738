using QueueInference.Bench.Report;

namespace QueueInference.Bench.Load;

/// <summary>What a stretch of load gave.</summary>
internal sealed record LoadResult
{
    /// <summary>Jobs that ended within the stretch, and its length.</summary>
    public required int Jobs { get; init; }

    public required double Seconds { get; init; }

    /// <summary>All that were sent, those that ended later included.</summary>
    public required int Sent { get; init; }

    /// <summary>Milliseconds: from the send in a closed loop, from the intended send in an open one.</summary>
    public required Series Latency { get; init; }

    /// <summary>Answers that were wrong, and what was wrong with the first.</summary>
    public required int Wrong { get; init; }

    public string? Fault { get; init; }

    /// <summary>Milliseconds that sends were late; empty in a closed loop.</summary>
    public Series Lateness { get; init; } = new([]);

    public double PerSecond => Jobs / Seconds;
}
