using Microsoft.Diagnostics.Tracing.Etlx;
using Microsoft.Diagnostics.Tracing.Parsers.Clr;
using QueueInference.Bench.Report;

namespace QueueInference.Bench.Tracing;

/// <summary>Where a process allocated. The runtime reports one allocation in each 100 kB, and so every single one of 100 kB and more.</summary>
internal sealed class Allocations
{
    public const string Providers = "Microsoft-Windows-DotNETRuntime:0x1:5";
    private readonly List<(string Owner, string Site, bool Large, long Bytes)> _ticks = [];

    /// <summary>Reads the allocations of a stretch of time.</summary>
    public Allocations(string file, DateTimeOffset from, DateTimeOffset to)
    {
        using var log = new TraceLog(TraceLog.CreateFromEventPipeDataFile(file));
        // An event is the same object each time, so it is read at once.
        foreach (var data in log.Events)
        {
            if (data is GCAllocationTickTraceData tick && Within(tick, from, to))
            {
                Add(tick);
            }
        }
    }

    /// <summary>Bytes of large objects that our own code allocated.</summary>
    public long OursLarge => _ticks.Where(tick => tick is { Owner: "ours", Large: true }).Sum(tick => tick.Bytes);

    /// <summary>Prints who allocated, and the worst places.</summary>
    public void Print(int jobs)
    {
        var owners = new Table("owner", "bytes/job, sampled", "of these in large objects");
        foreach (var owner in _ticks.GroupBy(tick => tick.Owner).OrderByDescending(Total))
        {
            owners.Add(owner.Key, PerJob(Total(owner)), PerJob(owner.Where(tick => tick.Large).Sum(tick => tick.Bytes)));
        }

        var sites = new Table("place (type)", "bytes/job, sampled");
        foreach (var site in _ticks.GroupBy(tick => tick.Site).OrderByDescending(Total).Take(15))
        {
            sites.Add(site.Key, PerJob(Total(site)));
        }

        owners.Print();
        sites.Print();
        string PerJob(long bytes) => Series.Text(Math.Round((double)bytes / jobs));
    }

    private void Add(GCAllocationTickTraceData tick)
    {
        var (owner, method) = Owners.Find(tick.CallStack());
        _ticks.Add((owner, $"{owner}: {method} ({tick.TypeName.Split('.')[^1]})", tick.AllocationKind == GCAllocationKind.Large, tick.AllocationAmount64));
    }

    private static long Total(IEnumerable<(string Owner, string Site, bool Large, long Bytes)> ticks) => ticks.Sum(tick => tick.Bytes);

    private static bool Within(GCAllocationTickTraceData tick, DateTimeOffset from, DateTimeOffset to) =>
        tick.TimeStamp.ToUniversalTime() is var time && time >= from.UtcDateTime && time <= to.UtcDateTime;
}
