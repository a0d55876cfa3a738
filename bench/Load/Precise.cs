using System.Runtime.InteropServices;

namespace QueueInference.Bench.Load;

/// <summary>Sleeps to within a tenth of a millisecond, without using the CPU.</summary>
internal static partial class Precise
{
    private const int FirstComeFirstServed = 1;

    public static void Sleep(TimeSpan time)
    {
        if (time > TimeSpan.Zero)
        {
            var span = new Timespec((long)time.TotalSeconds, time.Ticks % TimeSpan.TicksPerSecond * 100);
            _ = Nanosleep(in span, 0);
        }
    }

    /// <summary>Puts the calling thread before others where the system allows it, so that load does not delay the clock.</summary>
    public static void Prefer() => _ = SetScheduler(0, FirstComeFirstServed, 1) == 0 ? 0 : SetPriority(0, 0, -10);

    private readonly record struct Timespec(long Seconds, long Nanoseconds);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int SetScheduler(int who, int policy, in int priority);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int nice);

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int Nanosleep(in Timespec time, nint rest);
}
