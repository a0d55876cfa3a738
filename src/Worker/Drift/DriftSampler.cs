using System.Runtime.CompilerServices;
using QueueInference.Contracts;
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
        if (parts is [{ Outputs: { } outputs, Part: { IsWhole: true, Job: var job } }, ..])
        {
            Sample(lane, job.Inputs, outputs, lane.Info.Signature.Batchable ? job.Rows : 1);
        }
    }

    /// <summary>Looks at a job, where it is time.</summary>
    /// <param name="lane">The version that ran it.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="outputs">What came of it.</param>
    /// <param name="rows">Its rows; 1 where the model has no batch axis.</param>
    public void Sample(ModelLane lane, IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> outputs, int rows)
    {
        var sampled = _lanes.GetValue(lane, _ => new Sampled());
        var last = Volatile.Read(ref sampled.At);
        if ((last == 0 || time.GetElapsedTime(last) >= Pause) && Interlocked.CompareExchange(ref sampled.At, time.GetTimestamp(), last) == last)
        {
            Count(sampled.Drift, inputs, outputs, rows, ++sampled.Turn);
        }
    }

    private void Count(LaneDrift drift, IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> outputs, int rows, int turn)
    {
        try
        {
            var row = turn % rows;
            drift.Add(inputs.SelectMany(tensor => DriftFeatures.Of(tensor, isInput: true, row, rows, turn)));
            drift.Add(outputs.SelectMany(tensor => DriftFeatures.Of(tensor, isInput: false, row, rows, turn)));
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
