using System.Runtime.InteropServices;

namespace QueueInference.Chaos;

/// <summary>Signals to processes that the runner started.</summary>
internal static partial class Signals
{
    public static void Freeze(int process) => _ = Signal(process, 19);

    public static void Thaw(int process) => _ = Signal(process, 18);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
