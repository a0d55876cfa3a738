namespace QueueInference.Bench.Report;

/// <summary>What a row is worth in one line: its value, or why there is none.</summary>
internal sealed record Outcome(string Value, string? Why = null)
{
    public static Outcome Of(double value) => new(value.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Something does not let the row run here.</summary>
    public static Outcome NotRun(string why) => new("not-run", why);

    /// <summary>The row ran, but its figures mean nothing.</summary>
    public static Outcome Void(string why) => new("void", why);
}
