namespace QueueInference.Core.Models;

/// <summary>
/// How many jobs a second come to an end while there are any. Time without work does not count, or a quiet hour would look like slowness;
/// what ended in the last ten seconds of work weighs most.
/// </summary>
public sealed class DrainMeter(TimeProvider time)
{
    private const double Memory = 10, Least = 0.01;
    private readonly Lock _lock = new();
    private double _jobs, _seconds;
    private long? _endedAt;

    /// <summary>Jobs have ended now.</summary>
    /// <param name="jobs">How many.</param>
    /// <param name="held">How long the first of them was on its way: before that there may have been no work.</param>
    public void Add(int jobs, TimeSpan held)
    {
        lock (_lock)
        {
            var seconds = Working(held);
            var kept = Math.Exp(-seconds / Memory);
            (_jobs, _seconds) = ((_jobs * kept) + jobs, (_seconds * kept) + seconds);
            _endedAt = time.GetTimestamp();
        }
    }

    /// <summary>Jobs a second; 0 while none has ended.</summary>
    /// <param name="held">How long the first of those that are on their way now has been: where nothing ends any more, the rate falls. Zero where there are none.</param>
    public double PerSecond(TimeSpan held)
    {
        lock (_lock)
        {
            return _jobs / Math.Max(_seconds + Working(held), Least);
        }
    }

    /// <summary>Seconds of work since the last end.</summary>
    private double Working(TimeSpan held) =>
        Math.Max(0, _endedAt is { } at && time.GetElapsedTime(at) < held ? time.GetElapsedTime(at).TotalSeconds : held.TotalSeconds);
}
