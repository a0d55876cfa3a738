using System.Collections.Concurrent;

namespace QueueInference.Chaos.History;

/// <summary>All that the clients know of one job: it has one idempotency key, and an answer that can be computed.</summary>
internal sealed class JobHistory(string key, double expected)
{
    public string Key => key;
    public double Expected => expected;

    /// <summary>The error code with which it must end; null for a job that must succeed.</summary>
    public string? MustFail { get; init; }

    public ConcurrentQueue<Attempt> Attempts { get; } = new();
    public ConcurrentQueue<Sighting> Sightings { get; } = new();
    public bool Acknowledged => Attempts.Any(attempt => attempt.Acknowledged);

    /// <summary>The ids that answers named. More than one is a fault of the service.</summary>
    public IReadOnlyList<string> Ids => [.. Attempts.Select(attempt => attempt.JobId).OfType<string>().Distinct()];

    /// <summary>What the last read that was answered showed.</summary>
    public Sighting? Last => Sightings.LastOrDefault(sighting => sighting.Status is not (null or 503));
}
