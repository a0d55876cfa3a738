using QueueInference.Core.Drift;

namespace QueueInference.Worker.Drift;

/// <summary>What one worker has counted of a version since it last told. Thread-safe; its memory is bounded by the number of features.</summary>
internal sealed class LaneDrift
{
    /// <summary>Values from which the edges of the bins are found.</summary>
    public const int EarlyValues = 200;

    private const int MostFeatures = 128;
    private readonly object _gate = new();
    private readonly Dictionary<DriftFeature, List<double>> _early = [];
    private Dictionary<DriftFeature, double[]> _edges = [];
    private Dictionary<(DriftFeature, int), long> _counts = [];

    /// <summary>Adds the values of a row.</summary>
    public void Add(IEnumerable<(DriftFeature Feature, double Value)> values)
    {
        lock (_gate)
        {
            foreach (var (feature, value) in values)
            {
                if (_edges.TryGetValue(feature, out var edges))
                {
                    Count(feature, value, edges);
                }
                else if (_early.TryGetValue(feature, out var early) ? early.Count < EarlyValues : _early.Count + _edges.Count < MostFeatures)
                {
                    (early ?? (_early[feature] = [])).Add(value);
                }
            }
        }
    }

    /// <summary>The bins of values whose edges are known.</summary>
    public IReadOnlyList<(DriftFeature Feature, int Bin)> Bins(IEnumerable<(DriftFeature Feature, double Value)> values)
    {
        lock (_gate)
        {
            return [.. values.Where(value => _edges.ContainsKey(value.Feature)).Select(value => (value.Feature, BinOf(value.Feature, value.Value, _edges[value.Feature])))];
        }
    }

    /// <summary>Edges for the features that have none yet and enough values.</summary>
    public IReadOnlyDictionary<DriftFeature, double[]> Propose()
    {
        lock (_gate)
        {
            return _early.Where(feature => feature.Value.Count >= EarlyValues).ToDictionary(feature => feature.Key, feature => feature.Key.IsLabel ? [] : DriftBins.Edges(feature.Value));
        }
    }

    /// <summary>Counts with these edges from now on, and what came before too.</summary>
    public void Use(IReadOnlyDictionary<DriftFeature, double[]> edges)
    {
        lock (_gate)
        {
            _edges = edges.ToDictionary();
            foreach (var (feature, values) in _early.Where(feature => edges.ContainsKey(feature.Key)).ToList())
            {
                values.ForEach(value => Count(feature, value, edges[feature]));
                _early.Remove(feature);
            }
        }
    }

    /// <summary>Takes the counts, which begin anew.</summary>
    public IReadOnlyDictionary<(DriftFeature Feature, int Bin), long> Take()
    {
        lock (_gate)
        {
            (var taken, _counts) = (_counts, []);
            return taken;
        }
    }

    private void Count(DriftFeature feature, double value, double[] edges)
    {
        var key = (feature, BinOf(feature, value, edges));
        _counts[key] = _counts.GetValueOrDefault(key) + 1;
    }

    private static int BinOf(DriftFeature feature, double value, double[] edges) => feature.IsLabel ? DriftBins.Of((int)value) : DriftBins.Of(value, edges);
}
