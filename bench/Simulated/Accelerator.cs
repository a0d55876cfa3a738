using System.Globalization;

namespace QueueInference.Bench.Simulated;

/// <summary>A device that needs alpha + beta · rows milliseconds for a run, and no CPU.</summary>
internal sealed record Accelerator(double Alpha, double Beta)
{
    /// <summary>Rows of the largest batch in every row that uses one.</summary>
    public const int MaxBatch = 32;

    public string[] Arguments => [string.Create(CultureInfo.InvariantCulture, $"{Alpha},{Beta}")];

    public TimeSpan Best => Time(MaxBatch);

    /// <summary>Most items per second of one device.</summary>
    public double Capacity => MaxBatch / Best.TotalSeconds;

    public TimeSpan Time(long rows) => TimeSpan.FromMilliseconds(Alpha + Beta * rows);

    public static Accelerator Parse(string text)
    {
        var parts = text.Split(',');
        return new(double.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"simulated accelerator, {Alpha} ms + {Beta} ms a row");
}
