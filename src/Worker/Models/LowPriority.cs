using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace QueueInference.Worker.Models;

/// <summary>A thread that takes only what the versions that serve leave of the processor.</summary>
internal static partial class LowPriority
{
    private const int OfProcess = 0, CallingThread = 0, Idle = 5;

    // A warm-up must come to an end in a bounded time, beside whatever load; what is compared for its own sake need not.
    private const int Low = 10;

    /// <summary>Runs something there from now on, with the lowest priority there is.</summary>
    public static void Start(Action action, string name) => new Thread(() =>
    {
        LowerMost();
        action();
    }) { IsBackground = true, Name = name }.Start();

    /// <summary>Runs something there, and waits for what it answers.</summary>
    public static T Run<T>(Func<T> func)
    {
        T? result = default;
        Run(() => { result = func(); });
        return result!;
    }

    /// <summary>Runs something there, and waits for it.</summary>
    public static void Run(Action action)
    {
        ExceptionDispatchInfo? fault = null;
        var thread = new Thread(() =>
        {
            LowerThis(Low);
            try
            {
                action();
            }
            catch (Exception e)
            {
                fault = ExceptionDispatchInfo.Capture(e);
            }
        }) { IsBackground = true, Name = "warm-up" };
        thread.Start();
        thread.Join();
        fault?.Throw();
    }

    /// <summary>Lowers another thread of this process, on Linux.</summary>
    /// <param name="thread">Its id in the kernel.</param>
    public static void Lower(int thread) => _ = SetPriority(OfProcess, thread, Low);

    /// <summary>Linux has priorities of threads, which .NET does not set there.</summary>
    private static void LowerThis(int nice)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SetPriority(OfProcess, CallingThread, nice);
        }
        else
        {
            Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
        }
    }

    /// <summary>Gives the processor up at once when anything else wakes; one that is merely low runs to the end of its slice.</summary>
    private static void LowerMost()
    {
        if (!OperatingSystem.IsLinux() || SetScheduler(CallingThread, Idle, 0) != 0)
        {
            LowerThis(Low);
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int SetScheduler(int who, int policy, in int priority);

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int priority);
}
