using System.Globalization;
using QueueInference.Worker.Inference;

namespace QueueInference.Bench;

/// <summary>What the command line says.</summary>
internal sealed record BenchOptions
{
    public IReadOnlyList<string> Ids { get; init; } = [];

    /// <summary>Interleaved repeats of product and reference.</summary>
    public int Repeats { get; init; } = 5;

    /// <summary>Length of each stretch of load.</summary>
    public TimeSpan Stretch { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Jobs under way in closed loops, where the command line says so.</summary>
    public int? InFlightAsked { get; init; }

    public int InFlight => InFlightAsked ?? 64;

    /// <summary>Jobs under way at full load of jobs that cost next to nothing to run.</summary>
    public int InFlightFull => InFlightAsked ?? 256;

    public string Provider { get; init; } = ExecutionProviders.Cpu;

    public static BenchOptions Parse(string[] args)
    {
        var options = new BenchOptions();
        for (var i = 0; i < args.Length; i++)
        {
            options = args[i] switch
            {
                "--repeats" => options with { Repeats = Number(args[++i]) },
                "--seconds" => options with { Stretch = TimeSpan.FromSeconds(Number(args[++i])) },
                "--in-flight" => options with { InFlightAsked = Number(args[++i]) },
                "--providers" => options with { Provider = args[++i] },
                _ => options with { Ids = [.. options.Ids, args[i]] },
            };
        }

        return options;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
