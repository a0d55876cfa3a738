using System.Collections.Concurrent;
using QueueInference.Core.Models;

namespace QueueInference.Worker.Jobs;

/// <summary>How fast this worker finishes the jobs of each model, for those who must tell refused callers when to come again.</summary>
internal sealed class DrainRates(HeldJobs held, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, DrainMeter> _meters = new();

    /// <summary>Jobs of one model have ended.</summary>
    public void Ended(string model, int jobs, long firstClaimedAt) =>
        _meters.GetOrAdd(model, _ => new DrainMeter(time)).Add(jobs, Since(firstClaimedAt));

    /// <summary>Jobs a second by model; without those of which none has ended.</summary>
    public IReadOnlyDictionary<string, double> PerSecond()
    {
        var first = held.Jobs.GroupBy(job => job.Spec.Model).ToDictionary(jobs => jobs.Key, jobs => jobs.Min(job => job.ClaimedAt));
        return _meters.ToDictionary(meter => meter.Key, meter => meter.Value.PerSecond(
            first.TryGetValue(meter.Key, out var claimedAt) ? Since(claimedAt) : TimeSpan.Zero));
    }

    private TimeSpan Since(long unixMilliseconds) => time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(unixMilliseconds);
}
