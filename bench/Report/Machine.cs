using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace QueueInference.Bench.Report;

/// <summary>What the figures were taken on.</summary>
internal static class Machine
{
    public static string Description =>
        $"{RuntimeInformation.FrameworkDescription}, ONNX Runtime {OrtEnv.Instance().GetVersionString()}, {Environment.ProcessorCount} cores, {Processor()}, "
        + $"steal {Steal:P1} since the start of the machine";

    /// <summary>The share of CPU time that other machines took.</summary>
    private static double Steal
    {
        get
        {
            var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..].Select(double.Parse).ToArray();
            return fields[7] / fields[..8].Sum();
        }
    }

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[1] ?? "unknown CPU";
}
