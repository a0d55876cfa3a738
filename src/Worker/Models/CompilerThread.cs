using System.Globalization;

namespace QueueInference.Worker.Models;

/// <summary>The thread of the runtime that optimises code which runs often. It comes when there is something to do, and ends when there is nothing.</summary>
internal static class CompilerThread
{
    /// <summary>As the kernel has it, which keeps 15 characters.</summary>
    private const string Name = ".NET Tiered Com";

    private const string Threads = "/proc/self/task";

    // A version that comes makes code run often that did not before; it is optimised in the seconds after.
    private static readonly TimeSpan Term = TimeSpan.FromSeconds(30), Look = TimeSpan.FromMilliseconds(100);
    private static long _until;

    /// <summary>For some time it takes only what jobs leave of the processor. On a worker with one core half of that was gone for up to 0.8 seconds else.</summary>
    public static void KeepLow()
    {
        if (OperatingSystem.IsLinux() && Interlocked.Exchange(ref _until, Environment.TickCount64 + (long)Term.TotalMilliseconds) < Environment.TickCount64)
        {
            new Thread(Watch) { IsBackground = true, Name = "compiler watch" }.Start();
        }
    }

    private static void Watch()
    {
        HashSet<string> seen = [];
        while (Environment.TickCount64 <= Volatile.Read(ref _until))
        {
            var there = Directory.GetDirectories(Threads);
            foreach (var thread in there.Where(seen.Add).Where(IsIt))
            {
                LowPriority.Lower(int.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture));
            }

            seen.IntersectWith(there);
            Thread.Sleep(Look);
        }
    }

    private static bool IsIt(string thread)
    {
        try
        {
            return File.ReadAllText(Path.Combine(thread, "comm")).StartsWith(Name, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended.
            return false;
        }
    }
}
