using System.Runtime.CompilerServices;
using QueueInference.Contracts;
using QueueInference.Core.Drift;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Jobs;

namespace QueueInference.Worker.Drift;

/// <summary>Looks at a row now and then: some twenty a second of each version, whatever the load.</summary>
internal sealed class DriftSampler(TimeProvider time, ILogger<DriftSampler> logger) : ILaneTraffic
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly ConditionalWeakTable<ModelLane, Sampled> _lanes = [];

    /// <summary>What was counted, of lanes that still live.</summary>
    public IEnumerable<(ModelLane Lane, LaneDrift Drift)> All => _lanes.Select(pair => (pair.Key, pair.Value.Drift));

    public void Took(ModelLane lane, HeldJob job)
    {
        // What counts is what was run.
    }

    public void Ran(ModelLane lane, IReadOnlyList<PartOutcome> parts)
    {
        var sampled = _lanes.GetValue(lane, _ => new Sampled());
        var last = Volatile.Read(ref sampled.At);
        if ((last == 0 || time.GetElapsedTime(last) >= Pause) && Interlocked.CompareExchange(ref sampled.At, time.GetTimestamp(), last) == last
            && parts.FirstOrDefault(part => part.Outputs is not null) is { } part)
        {
            Try(() => Count(sampled.Drift, part, lane.Info.Signature.Batchable, ++sampled.Turn));
        }
    }

    /// <summary>The bins of what two versions said to one row of the same inputs, in those of the version before; none where these are not known yet.</summary>
    /// <param name="lane">The version before.</param>
    /// <param name="expected">Its outputs.</param>
    /// <param name="actual">Those of the candidate.</param>
    /// <param name="rows">Rows of the job; 1 where the model has no batch axis.</param>
    public (IReadOnlyList<(DriftFeature, int)> Before, IReadOnlyList<(DriftFeature, int)> Candidate) Compare(
        ModelLane lane, IReadOnlyList<Tensor> expected, IReadOnlyList<Tensor> actual, int rows)
    {
        List<(DriftFeature, int)> before = [], candidate = [];
        if (_lanes.TryGetValue(lane, out var sampled))
        {
            Try(() =>
            {
                var turn = ++sampled.Turn;
                before.AddRange(sampled.Drift.Bins(expected.SelectMany(tensor => DriftFeatures.Of(tensor, isInput: false, turn % rows, rows, turn))));
                candidate.AddRange(sampled.Drift.Bins(actual.SelectMany(tensor => DriftFeatures.Of(tensor, isInput: false, turn % rows, rows, turn))));
            });
        }

        return (before, candidate);
    }

    /// <summary>Outputs first: labels say the most.</summary>
    private static void Count(LaneDrift drift, PartOutcome outcome, bool isBatchable, int turn)
    {
        var (part, job) = (outcome.Part, outcome.Part.Job);
        var (row, rows, all) = isBatchable ? (turn % part.Rows, part.Rows, job.Rows) : (0, 1, 1);
        drift.Add(outcome.Outputs!.SelectMany(tensor => DriftFeatures.Of(tensor, isInput: false, row, rows, turn)));
        drift.Add(job.Inputs.SelectMany(tensor => DriftFeatures.Of(tensor, isInput: true, isBatchable ? part.FirstRow + row : 0, all, turn)));
    }

    private void Try(Action count)
    {
        try
        {
            count();
        }
        catch (Exception e)
        {
            // A fault of ours must not fail the batch that has just run well.
            Log.NotCounted(logger, e);
        }
    }

    private sealed class Sampled
    {
        public LaneDrift Drift { get; } = new();

        public long At;

        public int Turn { get; set; }
    }
}
