using System.Diagnostics;
using System.Globalization;

namespace QueueInference.Worker.Models.Checking;

/// <summary>A process of its own in which model files are tried: a malformed or hostile one takes nothing with it.</summary>
/// <param name="program">How to start it: the program and its arguments.</param>
/// <param name="patience">How long one file may take.</param>
/// <param name="mostBytes">How much memory the process may take.</param>
internal sealed class ModelCheckProcess(IReadOnlyList<string> program, TimeSpan patience, long mostBytes) : IModelCheck, IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50), Farewell = TimeSpan.FromSeconds(2);
    private readonly object _gate = new();
    private Process? _process;

    /// <summary>The program of this worker, whichever host it is part of.</summary>
    public static IReadOnlyList<string> Own { get; } = Find(typeof(ModelCheckProcess).Assembly.Location);

    /// <inheritdoc />
    public void Run(FoundVersion found)
    {
        lock (_gate)
        {
            _process ??= Start();
            if (Ask(_process, found.Path) is { } fault)
            {
                throw new InvalidDataException(fault);
            }
        }
    }

    /// <summary>Nothing more is to be checked for now; the next check starts another process.</summary>
    public void Rest()
    {
        lock (_gate)
        {
            End();
        }
    }

    public void Dispose() => Rest();

    /// <summary>What is wrong with a file, or null.</summary>
    private string? Ask(Process process, string path)
    {
        try
        {
            process.StandardInput.WriteLine(Path.GetFullPath(path));
            var answer = process.StandardOutput.ReadLineAsync();
            var fault = Wait(process, answer);
            if (fault is null && answer.Result is { } text)
            {
                return text == ModelCheckProgram.Good ? null : text;
            }

            fault ??= Death(process);
            End();
            return fault;
        }
        catch (IOException)
        {
            var fault = Death(process);
            End();
            return fault;
        }
    }

    /// <summary>Waits for the answer; what is wrong where it must not be waited for any longer.</summary>
    private string? Wait(Process process, Task<string?> answer)
    {
        var watch = Stopwatch.StartNew();
        while (!answer.Wait(Look))
        {
            process.Refresh();
            if (watch.Elapsed > patience)
            {
                return string.Create(CultureInfo.InvariantCulture, $"Loading it and running it once takes longer than {patience.TotalSeconds:0} seconds.");
            }

            if (!process.HasExited && process.WorkingSet64 > mostBytes)
            {
                return string.Create(CultureInfo.InvariantCulture, $"Loading it and running it once takes more than {mostBytes >> 20} MiB of memory.");
            }
        }

        return null;
    }

    private static string Death(Process process)
    {
        process.WaitForExit(Farewell);
        return process.HasExited
            ? string.Create(CultureInfo.InvariantCulture, $"It ends the process that loads it (exit code {process.ExitCode}).")
            : "The process that loads it does not answer.";
    }

    private Process Start()
    {
        var start = new ProcessStartInfo(program[0], program.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        // Nobody reads what the runtime prints of a file; nobody must wait for it either.
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }

    private void End()
    {
        if (_process is { } process)
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
            _process = null;
        }
    }

    private static string[] Find(string assembly)
    {
        var own = Environment.ProcessPath ?? "dotnet";
        return Path.GetFileNameWithoutExtension(own) == "dotnet" || !File.Exists(Path.ChangeExtension(assembly, null))
            ? [own, assembly, ModelCheckProgram.Argument]
            : [Path.ChangeExtension(assembly, null), ModelCheckProgram.Argument];
    }
}
