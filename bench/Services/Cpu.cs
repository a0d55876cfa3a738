using System.Globalization;

namespace QueueInference.Bench.Services;

/// <summary>CPU time of processes, those of their ended children included.</summary>
internal static class Cpu
{
    private const double TicksPerSecond = 100;

    /// <summary>Seconds a process has used; 0 for process 0, which is on another machine.</summary>
    public static double Seconds(int process)
    {
        if (process == 0)
        {
            return 0;
        }

        var stat = File.ReadAllText($"/proc/{process}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[11..15].Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    public static Dictionary<string, double> Seconds(IReadOnlyDictionary<string, int[]> processes) =>
        processes.ToDictionary(group => group.Key, group => group.Value.Sum(Seconds));

    /// <summary>What was used since an earlier look.</summary>
    public static Dictionary<string, double> Since(Dictionary<string, double> earlier, Dictionary<string, double> now) =>
        now.ToDictionary(group => group.Key, group => group.Value - earlier[group.Key]);
}
