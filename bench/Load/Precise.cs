using System.Runtime.InteropServices;

namespace QueueInference.Bench.Load;

/// <summary>Sleeps to within a tenth of a millisecond, without using the CPU.</summary>
internal static partial class Precise
{
    public static void Sleep(TimeSpan time)
    {
        if (time > TimeSpan.Zero)
        {
            var span = new Timespec((long)time.TotalSeconds, time.Ticks % TimeSpan.TicksPerSecond * 100);
            _ = Nanosleep(in span, 0);
        }
    }

    private readonly record struct Timespec(long Seconds, long Nanoseconds);

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int Nanosleep(in Timespec time, nint rest);
}
