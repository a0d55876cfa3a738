using System.Diagnostics;
using QueueInference.Bench.Load;
using QueueInference.Bench.Services;

namespace QueueInference.Bench.Rows;

/// <summary>Load that is not counted: for the first half minute compilers take up to half of the CPU time of the hosts.</summary>
internal static class WarmUp
{
    private const double Settled = 0.95;
    private static readonly TimeSpan Stretch = TimeSpan.FromSeconds(5), Least = TimeSpan.FromSeconds(30), Most = TimeSpan.FromSeconds(60);

    /// <summary>Returns when a stretch costs about as much for each job as the one before it, and no sooner than after half a minute.</summary>
    /// <param name="load">Loads the service for as long as it is told.</param>
    /// <param name="processes">Whose CPU time counts.</param>
    public static async Task RunAsync(Func<TimeSpan, Task<LoadResult>> load, Dictionary<string, int[]> processes)
    {
        var (watch, last, settled) = (Stopwatch.StartNew(), double.PositiveInfinity, false);
        while (watch.Elapsed < Least || (!settled && watch.Elapsed < Most))
        {
            var before = Cpu.Seconds(processes);
            var result = await load(Stretch);
            var cost = Cpu.Since(before, Cpu.Seconds(processes)).Sum(used => used.Value) / result.Sent;
            (last, settled) = (cost, cost > Settled * last);
        }
    }
}
