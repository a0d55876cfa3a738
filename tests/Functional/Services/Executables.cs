using System.Diagnostics;
using System.Runtime.InteropServices;

namespace QueueInference.Functional.Services;

/// <summary>Finds and starts programs.</summary>
internal static partial class Executables
{
    /// <summary>The full path of the first of these programs that the PATH has.</summary>
    public static string Find(params string[] names) =>
        names.SelectMany(name => SearchPath().Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException(
            $"None of {string.Join(", ", names)} is on the PATH. Run ./test.sh, which installs them, or name servers with QI_TEST_RABBITMQ and QI_TEST_REDIS.");

    /// <summary>Starts a program whose output goes to its lines handler, or nowhere.</summary>
    public static Process Start(string program, IEnumerable<string> arguments, Dictionary<string, string>? environment = null, Action<string>? line = null)
    {
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in environment ?? [])
        {
            info.Environment[name] = value;
        }

        var process = new Process { StartInfo = info };
        process.OutputDataReceived += (_, e) => line?.Invoke(e.Data ?? "");
        process.ErrorDataReceived += (_, e) => line?.Invoke(e.Data ?? "");
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Ends helpers that a server left behind.</summary>
    public static void KillByFolder(string folder) => ByFolder(folder, process =>
    {
        process.Kill();
        process.WaitForExit();
    });

    /// <summary>Sends a signal to a server and its helpers.</summary>
    public static void SignalByFolder(string folder, int signal) => ByFolder(folder, process => Signal(process.Id, signal));

    /// <summary>Sends a signal to a process; answers whether there is one.</summary>
    public static bool Signal(int process, int signal) => Send(process, signal) == 0;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);

    /// <summary>The processes of a test are known by its folder in their environment.</summary>
    private static void ByFolder(string folder, Action<Process> act)
    {
        foreach (var process in Process.GetProcesses())
        {
            try
            {
                if (File.ReadAllText($"/proc/{process.Id}/environ").Contains(folder, StringComparison.Ordinal))
                {
                    act(process);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                // Gone already, or not ours.
            }
        }
    }

    private static IEnumerable<string> SearchPath() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/sbin", "/usr/local/sbin"]);
}
