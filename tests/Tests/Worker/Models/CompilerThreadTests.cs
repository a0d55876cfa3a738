using QueueInference.Worker.Models;
using Xunit;

namespace QueueInference.Tests.Worker.Models;

public sealed class CompilerThreadTests
{
    private const int Nice = 18;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(".NET Tiered Compilation Worker", 10)]
    [InlineData("another", 0)]
    public void KeepLow_ThreadThatComesLater_IsLoweredOnlyIfItCompiles(string name, int nice)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Priorities of threads are those of Linux.");
        CompilerThread.KeepLow();

        var seen = 0;
        var thread = new Thread(() => seen = Await(nice)) { Name = name };
        thread.Start();
        thread.Join();

        Assert.Equal(nice, seen);
    }

    /// <summary>The priority of the calling thread, once it is what is expected; one that is expected to stay is looked at for a while.</summary>
    private static int Await(int nice)
    {
        var until = Environment.TickCount64 + (nice == 0 ? 500 : (long)Patience.TotalMilliseconds);
        while (Environment.TickCount64 < until && (nice == 0 || Own() != nice))
        {
            Thread.Sleep(20);
        }

        return Own();
    }

    private static int Own() => int.Parse(File.ReadAllText("/proc/thread-self/stat").Split(") ")[^1].Split(' ')[Nice - 2]);
}
