using System.Runtime.InteropServices;

namespace QueueInference.Worker.Residency;

/// <summary>The memory that ONNX Runtime takes from the C library.</summary>
internal static partial class NativeHeap
{
    /// <summary>Gives what is free back to the system: glibc would keep the small pieces of a model that is gone.</summary>
    public static void Trim()
    {
        try
        {
            _ = OperatingSystem.IsLinux() ? Trim(0) : 0;
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, with other habits.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);
}
