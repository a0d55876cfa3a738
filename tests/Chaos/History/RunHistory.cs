using System.Collections.Concurrent;
using System.Diagnostics;

namespace QueueInference.Chaos.History;

/// <summary>Everything that was done and seen in one scenario.</summary>
internal sealed class RunHistory
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    /// <summary>Seconds from the start.</summary>
    public double Now => _watch.Elapsed.TotalSeconds;

    public ConcurrentQueue<JobHistory> Jobs { get; } = new();
    public ConcurrentQueue<FaultRecord> Faults { get; } = new();

    /// <summary>Whether every job named a webhook.</summary>
    public bool WantsEvents { get; set; }

    public ConcurrentQueue<EventSeen> Events { get; } = new();

    /// <summary>What the hosts held, now and then.</summary>
    public ConcurrentQueue<HostSample> Samples { get; } = new();

    /// <summary>Processes that did not end as they should: host, and how.</summary>
    public ConcurrentQueue<string> BadExits { get; } = new();
}
