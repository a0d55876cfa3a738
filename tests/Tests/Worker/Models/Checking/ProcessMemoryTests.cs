using System.Diagnostics;
using QueueInference.Worker.Models.Checking;
using Xunit;

namespace QueueInference.Tests.Worker.Models.Checking;

public sealed class ProcessMemoryTests
{
    [Fact]
    public void Of_ThisProcess_IsAboutWhatTheRuntimeSays()
    {
        using var process = Process.GetCurrentProcess();

        Assert.InRange(ProcessMemory.Of(process), Environment.WorkingSet / 2, Environment.WorkingSet * 2);
    }

    [Fact]
    public void Of_ProcessThatHasEnded_IsNothing()
    {
        using var process = Process.Start("true");
        process.WaitForExit();

        Assert.Equal(0, ProcessMemory.Of(process));
    }
}
