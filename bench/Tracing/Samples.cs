using Microsoft.Diagnostics.Tracing.Etlx;
using Microsoft.Diagnostics.Tracing.Parsers.Clr;
using QueueInference.Bench.Report;

namespace QueueInference.Bench.Tracing;

/// <summary>Where a process ran managed code: a look at every thread each millisecond.</summary>
/// <remarks>A thread in native code, which waits or runs ONNX Runtime, is left out where the runtime says so.</remarks>
internal static class Samples
{
    public const string Providers = "Microsoft-DotNETCore-SampleProfiler:0:5,Microsoft-Windows-DotNETRuntime:0x4000001:4";

    /// <summary>Prints the methods that most samples ended in, and those of ours that most passed through.</summary>
    public static void Print(string file)
    {
        Dictionary<string, int> leaves = [], passed = [];
        using var log = new TraceLog(TraceLog.CreateFromEventPipeDataFile(file));
        foreach (var data in log.Events)
        {
            if (data.EventName == "Thread/Sample" && data.CallStack() is { } stack && !Waits(stack))
            {
                Count(leaves, Name(stack));
                Frames(stack).Where(frame => frame.CodeAddress.ModuleName.StartsWith("QueueInference", StringComparison.Ordinal))
                    .Select(Name).Distinct().ToList().ForEach(name => Count(passed, name));
            }
        }

        Print("samples ended in", leaves);
        Print("samples passed through", passed);
    }

    private static bool Waits(TraceCallStack stack) => Frames(stack).Take(3).Any(frame => frame.CodeAddress.FullMethodName is var name
        && (name.Contains("Wait", StringComparison.Ordinal) || name.Contains("Sleep", StringComparison.Ordinal) || name.Contains("Poll", StringComparison.Ordinal)));

    private static IEnumerable<TraceCallStack> Frames(TraceCallStack stack)
    {
        for (var frame = stack; frame is not null; frame = frame.Caller)
        {
            yield return frame;
        }
    }

    private static string Name(TraceCallStack frame) => Owners.Short(frame.CodeAddress.FullMethodName);

    private static void Count(Dictionary<string, int> counts, string name) => counts[name] = counts.GetValueOrDefault(name) + 1;

    private static void Print(string what, Dictionary<string, int> counts)
    {
        var (table, all) = (new Table(what, "share"), Math.Max(1, counts.Values.Sum()));
        foreach (var (name, count) in counts.OrderByDescending(pair => pair.Value).Take(20))
        {
            table.Add(name, $"{(double)count / all:P1}");
        }

        table.Print();
    }
}
