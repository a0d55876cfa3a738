using System.Diagnostics;

namespace QueueInference.Functional.Services;

/// <summary>Finds and starts programs.</summary>
internal static class Executables
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

    /// <summary>Ends helpers that a server left behind; they are known by the folder of this test in their environment.</summary>
    public static void KillByFolder(string folder)
    {
        foreach (var process in Process.GetProcesses())
        {
            try
            {
                if (File.ReadAllText($"/proc/{process.Id}/environ").Contains(folder, StringComparison.Ordinal))
                {
                    process.Kill();
                    process.WaitForExit();
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
