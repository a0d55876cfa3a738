using System.Globalization;

namespace QueueInference.Worker.Inference;

/// <summary>How many threads the processor time of this process is good for.</summary>
internal static class CpuLimit
{
    private const string LimitFile = "/sys/fs/cgroup/cpu.max";

    /// <summary>Whole cores this process may use all the time, at least 1.</summary>
    public static int Cores { get; } = WholeCores(Read(), Environment.ProcessorCount);

    /// <summary>Rounds a limit down: threads that share a part of a core are all stopped when it is used up, in the middle of a run.</summary>
    /// <param name="cpuMax">The text of <c>cpu.max</c>: the microseconds allowed, or <c>max</c>, and the period. Anything else counts as no limit.</param>
    /// <param name="processors">What .NET counts, which rounds up.</param>
    public static int WholeCores(string? cpuMax, int processors) =>
        cpuMax?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is [var allowed, var period]
            && TryParse(allowed, out var time) && TryParse(period, out var each)
            ? (int)Math.Clamp(time / each, 1, processors)
            : processors;

    private static bool TryParse(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0;

    private static string? Read()
    {
        try
        {
            return File.ReadAllText(LimitFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another system, or no limit at all.
            return null;
        }
    }
}
