using System.Collections.Frozen;
using System.Diagnostics;
using System.Globalization;

namespace QueueInference.Core.Hosting;

/// <summary>What happens at which place.</summary>
internal sealed class FailpointPlan
{
    private readonly FrozenDictionary<string, Failure> _failures;
    private readonly Action<string> _exit;

    private FailpointPlan(IEnumerable<Failure> failures, Action<string> exit) => (_failures, _exit) = (failures.ToFrozenDictionary(failure => failure.Name), exit);

    /// <summary>Reads the value of the variable.</summary>
    /// <param name="text">See <see cref="Failpoint.Variable"/>.</param>
    /// <param name="exit">Ends the process, at the place with this name.</param>
    /// <exception cref="StartupException">It is wrong; the message says how.</exception>
    public static FailpointPlan Parse(string text, Action<string> exit)
    {
        Failure[] failures = [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Failure.Parse)];
        var unknown = failures.Select(failure => failure.Name).Except(FailpointNames.All).ToList();
        return unknown.Count > 0 ? throw Wrong($"There is no failpoint {string.Join(", ", unknown)}. There are: {string.Join(", ", FailpointNames.All)}.")
            : failures.DistinctBy(failure => failure.Name).Count() < failures.Length ? throw Wrong("A failpoint is named twice.")
            : new FailpointPlan(failures, exit);
    }

    public void Hit(string name)
    {
        if (!_failures.TryGetValue(name, out var failure))
        {
            return;
        }

        if (failure.Delay is { } delay)
        {
            Thread.Sleep(delay);
        }
        else if (failure.Comes())
        {
            _exit(name);
        }
    }

    /// <summary>As a power cut would: nothing is flushed, closed or told.</summary>
    public static void Kill(string name)
    {
        Console.Error.WriteLine($"Failpoint {name} ends this process.");
        using var self = Process.GetCurrentProcess();
        self.Kill();
        Thread.Sleep(Timeout.Infinite);
    }

    private static StartupException Wrong(string why) => new($"{Failpoint.Variable} is for tests only. {why}");

    private sealed record Failure(string Name, TimeSpan? Delay, int Nth)
    {
        private int _hits;

        /// <summary>Whether this hit is the one.</summary>
        public bool Comes() => Interlocked.Increment(ref _hits) == Nth;

        public static Failure Parse(string text) => text.Split(':', '@', '=') switch
        {
            [var name, "exit"] => new Failure(name, null, 1),
            [var name, "exit", var nth] when text.Contains('@', StringComparison.Ordinal) && Number(nth) is > 0 and { } number => new Failure(name, null, number),
            [var name, "delay", var ms] when text.Contains('=', StringComparison.Ordinal) && Number(ms) is { } number => new Failure(name, TimeSpan.FromMilliseconds(number), 0),
            _ => throw Wrong($"'{text}' is neither name:exit@n nor name:delay=ms."),
        };

        private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
