using System.Diagnostics;
using QueueInference.Bench.Report;

namespace QueueInference.Bench.Load;

/// <summary>Collects the ends of jobs from many connections.</summary>
/// <param name="length">How long it counts.</param>
/// <param name="lead">How long it does not count before that.</param>
internal sealed class Tally(TimeSpan length, TimeSpan lead = default)
{
    private readonly Lock _lock = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly List<double> _latency = [], _lateness = [];
    private int _inTime, _wrong;
    private string? _fault;

    public TimeSpan Now => _watch.Elapsed;
    public bool Open => Now < lead + length;

    /// <summary>Notes how late a send was.</summary>
    public void Sent(TimeSpan late) => _lateness.Add(Math.Max(0, late.TotalMilliseconds));

    /// <summary>Notes an end, and what is wrong with it.</summary>
    public void End(TimeSpan began, string? fault)
    {
        var now = Now;
        lock (_lock)
        {
            _latency.Add((now - began).TotalMilliseconds);
            _inTime += now > lead && now <= lead + length ? 1 : 0;
            _wrong += fault is null ? 0 : 1;
            _fault ??= fault;
        }
    }

    public LoadResult Result => new()
    {
        Jobs = _inTime, Seconds = length.TotalSeconds, Sent = _latency.Count, Latency = new(_latency), Lateness = new(_lateness), Wrong = _wrong, Fault = _fault,
    };
}
