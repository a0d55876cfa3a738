using System.Globalization;
using QueueInference.Core.Drift;

namespace QueueInference.Core.Rollouts;

/// <summary>What one worker has measured since it last told: sums by name, and largest differences by output. Thread-safe.</summary>
public sealed class RolloutTally
{
    // What JSON can hold.
    private const double Most = 1e300;

    private const string BeforeBin = "bins before:", CandidateBin = "bins candidate:";

    private readonly object _gate = new();
    private readonly Dictionary<string, double> _maxima = [];
    private Dictionary<string, double> _sums = [];

    /// <summary>Adds to sums.</summary>
    public void Add(params ReadOnlySpan<(string Name, double Value)> values)
    {
        lock (_gate)
        {
            foreach (var (name, value) in values)
            {
                _sums[name] = _sums.GetValueOrDefault(name) + value;
            }
        }
    }

    /// <summary>Adds the differences of an output.</summary>
    public void AddGap(string output, double max, double sum, long count)
    {
        lock (_gate)
        {
            _maxima[output] = Math.Max(_maxima.GetValueOrDefault(output), max);
        }

        Add(("sum:" + output, sum), ("count:" + output, count));
    }

    /// <summary>Adds what both said to a row.</summary>
    public void AddBins(IEnumerable<(DriftFeature Feature, int Bin)> before, IEnumerable<(DriftFeature Feature, int Bin)> candidate) => Add(
    [
        .. before.Select(bin => (BeforeBin + bin.Feature.Bin(bin.Bin), 1.0)), .. candidate.Select(bin => (CandidateBin + bin.Feature.Bin(bin.Bin), 1.0)),
    ]);

    /// <summary>Takes the sums, which begin anew, and the maxima, which do not.</summary>
    public (IReadOnlyDictionary<string, double> Sums, IReadOnlyDictionary<string, double> Maxima) Take()
    {
        lock (_gate)
        {
            var taken = _sums;
            _sums = [];
            return (taken, _maxima.ToDictionary());
        }
    }

    /// <summary>Reads what all workers told.</summary>
    public static RolloutNumbers Read(IReadOnlyDictionary<string, string> fields)
    {
        double Of(string name) => fields.TryGetValue(name, out var text) ? Math.Clamp(double.Parse(text, CultureInfo.InvariantCulture), -Most, Most) : 0;
        var outputs = fields.Keys.Where(name => name.StartsWith("count:", StringComparison.Ordinal)).Select(name => name["count:".Length..]).Order(StringComparer.Ordinal);
        return new RolloutNumbers
        {
            Jobs = Of("jobs"), Errors = Of("errors"), Rows = Of("rows"), Agreed = Of("agreed"), LogRatio = Of("log_ratio"), Timed = Of("timed"),
            LiveBase = Of("live_base"), LiveBaseFailed = Of("live_base_failed"), LiveCandidate = Of("live_candidate"), LiveCandidateFailed = Of("live_candidate_failed"),
            Pairs = new(Bins(BeforeBin), Bins(CandidateBin)),
            Outputs = [.. outputs.Select(output => new OutputGap(output, Max(output), Of("sum:" + output) / Math.Max(1, Of("count:" + output))))],
        };

        Dictionary<(DriftFeature, int), long> Bins(string prefix) => fields.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(name => (Bin: DriftFeature.ParseBin(name[prefix.Length..]), Count: (long)Of(name))).Where(bin => bin.Bin is not null).ToDictionary(bin => bin.Bin!.Value, bin => bin.Count);

        double Max(string output) => fields.Keys.Where(name => name.StartsWith("max:", StringComparison.Ordinal) && name.EndsWith(":" + output, StringComparison.Ordinal)).Select(Of).DefaultIfEmpty().Max();
    }
}
