using System.Diagnostics;
using System.Globalization;

namespace QueueInference.Worker.Models.Checking;

/// <summary>How much memory another process takes.</summary>
/// <remarks>
/// <see cref="Process.WorkingSet64"/> reads the files of each of its threads below <c>/proc</c>. The kernel keeps them in a cache, and empties that when
/// the threads end: where these have a low priority, and the core is busy, whoever waits for the process spins meanwhile, for seconds.
/// </remarks>
internal static class ProcessMemory
{
    private const int Resident = 1;

    /// <summary>Resident bytes; 0 when it has ended.</summary>
    public static long Of(Process process)
    {
        try
        {
            return OperatingSystem.IsLinux() ? OnLinux(process.Id) : Elsewhere(process);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return 0;
        }
    }

    private static long OnLinux(int id) =>
        long.Parse(File.ReadAllText($"/proc/{id}/statm").Split(' ')[Resident], CultureInfo.InvariantCulture) * Environment.SystemPageSize;

    private static long Elsewhere(Process process)
    {
        process.Refresh();
        return process.WorkingSet64;
    }
}
