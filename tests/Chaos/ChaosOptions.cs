using System.Globalization;

namespace QueueInference.Chaos;

/// <summary>What the command line says.</summary>
internal sealed record ChaosOptions
{
    /// <summary>Decides when faults come, and to whom.</summary>
    public int Seed { get; init; } = Random.Shared.Next(1, 1_000_000);

    /// <summary>P: each scenario in seconds. N: as often as the goals say.</summary>
    public string Tier { get; init; } = "P";

    /// <summary>Names or goals of scenarios; none for all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    public bool List { get; init; }

    /// <summary>Folder with Api and Worker of another release, for the scenarios that need one.</summary>
    public string? Other { get; init; }

    /// <summary>Seconds that answers may be late by, on a machine that does other work as well.</summary>
    public double Slack { get; init; } = 2;

    /// <exception cref="ArgumentException">An argument is unknown or has no value.</exception>
    public static ChaosOptions Parse(string[] args)
    {
        var options = new ChaosOptions();
        for (var i = 0; i < args.Length; i++)
        {
            options = args[i] switch
            {
                "--list" => options with { List = true },
                "--seed" => options with { Seed = int.Parse(Value(args, ++i), CultureInfo.InvariantCulture) },
                "--tier" when Value(args, ++i) is "P" or "N" => options with { Tier = args[i] },
                "--only" => options with { Only = Value(args, ++i).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) },
                "--other" => options with { Other = Path.GetFullPath(Value(args, ++i)) },
                "--slack" => options with { Slack = double.Parse(Value(args, ++i), CultureInfo.InvariantCulture) },
                _ => throw new ArgumentException($"{args[i]} is not understood. ./chaos.sh [--seed N] [--tier P|N] [--only NAME,GOAL,...] [--slack SECONDS] [--other FOLDER] [--list]"),
            };
        }

        return options;
    }

    private static string Value(string[] args, int i) => i < args.Length ? args[i] : throw new ArgumentException($"{args[i - 1]} needs a value.");
}
