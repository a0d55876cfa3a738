using QueueInference.Worker.Models;
using Xunit;

namespace QueueInference.Tests.Worker.Models;

public sealed class LowPriorityTests
{
    private const int Nice = 18, Policy = 40, Idle = 5;

    [Fact]
    public void Run_Always_TakesLessThanOthersAndComesBack()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Priorities of threads are those of Linux.");

        Assert.Equal(10, LowPriority.Run(() => Own(Nice)));
        Assert.Equal(0, Own(Nice));
    }

    [Fact]
    public async Task Start_Always_TakesOnlyWhatNobodyElseWants()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Priorities of threads are those of Linux.");
        var policy = new TaskCompletionSource<int>();

        LowPriority.Start(() => policy.SetResult(Own(Policy)), "test");

        Assert.Equal(Idle, await policy.Task.WaitAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Run_Throws_PassesItOn() =>
        Assert.Equal("why", Assert.Throws<InvalidDataException>(() => LowPriority.Run(() => throw new InvalidDataException("why"))).Message);

    /// <summary>A field of proc(5) about the calling thread, counted from 0; the name before them may hold blanks.</summary>
    private static int Own(int field) => int.Parse(File.ReadAllText("/proc/thread-self/stat").Split(") ")[^1].Split(' ')[field - 2]);
}
