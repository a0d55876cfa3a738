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
    private bool _hasAnswered;

    /// <summary>The program of this worker, whichever host it is part of.</summary>
    public static IReadOnlyList<string> Own { get; } = Find(typeof(ModelCheckProcess).Assembly.Location);

    /// <inheritdoc />
    public CheckedModel Run(FoundVersion found, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var answer = AskAny(found.Path, cancellationToken) ?? AskNew(found.Path, cancellationToken);
            return CheckedModel.Parse(answer) ?? throw new InvalidDataException(answer);
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

    /// <summary>The answer of a process that has answered before; null where there is none, or where it died, which may be of the file before.</summary>
    private string? AskAny(string path, CancellationToken cancellationToken)
    {
        var answer = _process is not null && _hasAnswered ? Ask(_process, path, cancellationToken) : null;
        return _process is null ? null : answer;
    }

    private string AskNew(string path, CancellationToken cancellationToken)
    {
        End();
        (_process, _hasAnswered) = (Start(), false);
        return Ask(_process, path, cancellationToken);
    }

    /// <summary>A <see cref="CheckedModel"/>, or what is wrong with a file. A process that does not answer is ended.</summary>
    private string Ask(Process process, string path, CancellationToken cancellationToken)
    {
        try
        {
            process.StandardInput.WriteLine(Path.GetFullPath(path));
            var answer = process.StandardOutput.ReadLineAsync(CancellationToken.None).AsTask();
            var fault = Wait(process, answer, cancellationToken);
            if (fault is null && answer.Result is { } text)
            {
                _hasAnswered = true;
                return text;
            }

            return Ended(fault ?? Death(process));
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or AggregateException)
        {
            return Ended(Death(process));
        }
        catch (OperationCanceledException)
        {
            End();
            throw;
        }
    }

    private string Ended(string fault)
    {
        End();
        return fault;
    }

    /// <summary>Waits for the answer; what is wrong where it must not be waited for any longer.</summary>
    private string? Wait(Process process, Task<string?> answer, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (!answer.Wait(Look, cancellationToken))
        {
            if (watch.Elapsed > patience)
            {
                return string.Create(CultureInfo.InvariantCulture, $"Loading it and running it once takes longer than {patience.TotalSeconds:0} seconds.");
            }

            if (ProcessMemory.Of(process) > mostBytes)
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
            // Not its tree, which it has none of: that reads the threads of all processes (see ProcessMemory).
            process.Kill();
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
