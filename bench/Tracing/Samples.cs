using Microsoft.Diagnostics.Tracing.Etlx;
using Microsoft.Diagnostics.Tracing.EventPipe;
using QueueInference.Bench.Report;

namespace QueueInference.Bench.Tracing;

/// <summary>Where a process ran managed code: a look at every thread each millisecond.</summary>
/// <remarks>Threads in native code are left out: most of them wait. So time in the kernel and in ONNX Runtime is not seen.</remarks>
internal sealed class Samples
{
    public const string Providers = "Microsoft-DotNETCore-SampleProfiler:0:5,Microsoft-Windows-DotNETRuntime:0x1:4";
    private readonly Dictionary<string, int> _owners = [], _ends = [], _passed = [];
    private int _all;

    /// <summary>Reads the samples of a stretch of time.</summary>
    public Samples(string file, DateTimeOffset from, DateTimeOffset to)
    {
        using var log = new TraceLog(TraceLog.CreateFromEventPipeDataFile(file));
        foreach (var data in log.Events)
        {
            if (data is ClrThreadSampleTraceData { Type: ClrThreadSampleType.Managed } && data.TimeStamp.ToUniversalTime() is var time
                && time >= from.UtcDateTime && time <= to.UtcDateTime && data.CallStack() is { } stack && !IsIdle(stack))
            {
                Add(stack);
            }
        }
    }

    /// <summary>Prints whose code ran, in which methods samples ended, and which of ours they passed through.</summary>
    public void Print()
    {
        Print("owner of the code", _owners);
        Print("samples ended in", _ends);
        Print("samples passed through, ours", _passed);
    }

    private static bool IsIdle(TraceCallStack stack) => Name(stack) is "PortableThreadPool+WorkerThread.WorkerThreadStart" or "Interop+Sys.Read";

    private void Add(TraceCallStack stack)
    {
        _all++;
        Count(_owners, Owners.Find(stack).Assembly);
        Count(_ends, Name(stack));
        HashSet<string> ours = [];
        for (var frame = stack; frame is not null; frame = frame.Caller)
        {
            if (frame.CodeAddress.ModuleName.StartsWith("QueueInference", StringComparison.Ordinal) && ours.Add(Name(frame)))
            {
                Count(_passed, Name(frame));
            }
        }
    }

    private static string Name(TraceCallStack frame) => Owners.Short(frame.CodeAddress.FullMethodName) is { Length: > 0 } name ? name : frame.CodeAddress.ModuleName;

    private static void Count(Dictionary<string, int> counts, string name) => counts[name] = counts.GetValueOrDefault(name) + 1;

    private void Print(string what, Dictionary<string, int> counts)
    {
        var table = new Table(what, $"of {_all} samples");
        foreach (var (name, count) in counts.OrderByDescending(pair => pair.Value).Take(15))
        {
            table.Add(name, $"{(double)count / _all:P1}");
        }

        table.Print();
    }
}
