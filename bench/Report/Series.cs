using System.Globalization;

namespace QueueInference.Bench.Report;

/// <summary>Some figures of the same kind.</summary>
internal sealed class Series(IEnumerable<double> values)
{
    private readonly double[] _sorted = [.. values.Order()];

    public int Count => _sorted.Length;
    public double Min => Percentile(0);
    public double Median => Percentile(50);
    public double Max => Percentile(100);
    public double Mean => _sorted.DefaultIfEmpty(double.NaN).Average();

    /// <summary>The value that this percentage of all are not above; between two neighbours in proportion.</summary>
    public double Percentile(double percent)
    {
        if (_sorted.Length == 0)
        {
            return double.NaN;
        }

        var place = percent / 100 * (_sorted.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, _sorted.Length - 1);
        return _sorted[below] + (_sorted[above] - _sorted[below]) * (place - below);
    }

    /// <summary>The share above a limit.</summary>
    public double ShareAbove(double limit) => _sorted.Length == 0 ? 0 : (double)_sorted.Count(value => value > limit) / _sorted.Length;

    /// <summary>Median (min–max).</summary>
    public override string ToString() => $"{Text(Median)} ({Text(Min)}–{Text(Max)})";

    /// <summary>Four digits are as much as these figures are worth.</summary>
    public static string Text(double value) => Math.Abs(value) >= 1000
        ? value.ToString("N0", CultureInfo.InvariantCulture)
        : value.ToString("G4", CultureInfo.InvariantCulture);
}
