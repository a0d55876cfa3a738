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

    /// <summary>Jobs under way in closed loops.</summary>
    public int InFlight { get; init; } = 64;

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
                "--in-flight" => options with { InFlight = Number(args[++i]) },
                "--providers" => options with { Provider = args[++i] },
                _ => options with { Ids = [.. options.Ids, args[i]] },
            };
        }

        return options;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
