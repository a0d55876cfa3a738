using System.Collections.Concurrent;
using System.Diagnostics;
using QueueInference.Contracts;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Residency;

namespace QueueInference.Worker.Models.Checking;

/// <summary>The other side of <see cref="ModelCheckProcess"/>: loads files and runs each, and may die of it.</summary>
/// <remarks>A line in is a path; a line out is a <see cref="CheckedModel"/>, or what is wrong.</remarks>
internal static class ModelCheckProgram
{
    /// <summary>The argument with which a worker's program does this instead.</summary>
    public const string Argument = "check-models";

    /// <summary>Checks what it is told to until its input ends: then the worker has enough or is gone, and a check that never comes back must not outlive it.</summary>
    public static int Run(TextReader paths, TextWriter answers)
    {
        using (var self = Process.GetCurrentProcess())
        {
            // The versions that serve come first. On Linux this is for new threads alone; those that are there have the priority of the thread that started this.
            self.PriorityClass = ProcessPriorityClass.BelowNormal;
        }

        using var asked = new BlockingCollection<string>();
        new Thread(() => Answer(asked, answers)) { IsBackground = true }.Start();
        while (paths.ReadLine() is { } path)
        {
            asked.Add(path);
        }

        return 0;
    }

    private static void Answer(BlockingCollection<string> asked, TextWriter answers)
    {
        var isFirst = true;
        foreach (var path in asked.GetConsumingEnumerable())
        {
            // What ONNX Runtime itself takes is none of the first model's.
            _ = isFirst ? Check(path) : null;
            isFirst = false;
            answers.WriteLine(Check(path).ReplaceLineEndings(" "));
            answers.Flush();
        }
    }

    private static string Check(string path)
    {
        try
        {
            NativeHeap.Trim();
            var before = Environment.WorkingSet;
            using var runner = new OnnxModelRunner(path, new InferenceOptions { IntraOpThreads = 1 });
            TryRuns(runner);
            return new CheckedModel(runner.Signature, Math.Max(0, Environment.WorkingSet - before)).ToString();
        }
        catch (Exception e)
        {
            return LoadFaults.Describe(e, path);
        }
    }

    /// <summary>Made-up data may be illegal for a model, which says nothing against it; that it comes back at all says much.</summary>
    private static void TryRuns(OnnxModelRunner runner)
    {
        Try(runner, rows: 1, random: null);
        Try(runner, rows: runner.Signature.Batchable ? 2 : 1, new Random(1));
    }

    private static void Try(OnnxModelRunner runner, int rows, Random? random)
    {
        try
        {
            runner.Run(WarmupData.Inputs(WarmupShapes.Guess(runner.Signature), rows, random)).Dispose();
        }
        catch (Exception e) when (e is InferenceException or OverflowException or ArgumentException)
        {
            // Its jobs will tell.
        }
    }
}
