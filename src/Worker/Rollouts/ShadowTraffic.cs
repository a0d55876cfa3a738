using System.Collections.Concurrent;
using System.Diagnostics;
using QueueInference.Contracts;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Drift;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Jobs;
using QueueInference.Worker.Models;

namespace QueueInference.Worker.Rollouts;

/// <summary>Runs copies of jobs on both versions of a pair, with what the jobs leave of the processor, and measures the difference. Nobody sees the answers.</summary>
internal sealed class ShadowTraffic(DriftSampler drift, TimeProvider time, ILogger<ShadowTraffic> logger) : ILaneTraffic, IDisposable
{
    private const int MostWaiting = 16, MostBytes = 1 << 20;
    private const double ShortestMs = 1e-3, MostRatio = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1), Look = TimeSpan.FromMilliseconds(5);
    private readonly BlockingCollection<(ShadowPair Pair, Tensor[] Inputs, int Rows)> _waiting = new(MostWaiting);
    private readonly object _starting = new();
    private volatile Dictionary<string, ShadowPair> _pairs = [];
    private bool _started;

    /// <summary>What is compared from now on, by model.</summary>
    public IReadOnlyDictionary<string, ShadowPair> Pairs => _pairs;

    /// <summary>Compares these and no others.</summary>
    public void Follow(Dictionary<string, ShadowPair> pairs)
    {
        _pairs = pairs;
        lock (_starting)
        {
            if (pairs.Count > 0 && !_started)
            {
                _started = true;
                LowPriority.Start(Work, "shadow");
            }
        }
    }

    /// <summary>Copies a job of the version before, if there is room: who falls behind compares fewer.</summary>
    public void Took(ModelLane lane, HeldJob job)
    {
        // One that may have ended a worker is not run once more than it must be.
        if (!job.NeedsStart && PairOf(lane) is { } pair && pair.Base == lane && _waiting.Count < MostWaiting && job.Inputs.Sum(input => (long)input.Data.Length) <= MostBytes)
        {
            Tensor[] inputs = [.. job.Inputs.Select(input => input with { Data = input.Data.ToArray() })];
            _waiting.TryAdd((pair, inputs, lane.Info.Signature.Batchable ? job.Rows : 1));
        }
    }

    /// <summary>Counts jobs of callers.</summary>
    public void Ran(ModelLane lane, IReadOnlyList<PartOutcome> parts)
    {
        if (PairOf(lane) is { } pair)
        {
            var name = pair.Base == lane ? "live_base" : "live_candidate";
            pair.Tally.Add((name, parts.Count), (name + "_failed", parts.Count(part => part.Failure is not null)));
        }
    }

    public void Dispose() => _waiting.CompleteAdding();

    private ShadowPair? PairOf(ModelLane lane) =>
        _pairs.Count > 0 && _pairs.TryGetValue(lane.Info.Model, out var pair) && (pair.Base == lane || pair.Candidate == lane) ? pair : null;

    private void Work()
    {
        foreach (var (pair, inputs, rows) in _waiting.GetConsumingEnumerable())
        {
            try
            {
                AwaitRoom(pair.Base);
                var started = Stopwatch.GetTimestamp();
                Compare(pair, inputs, rows);
                Rest(Stopwatch.GetElapsedTime(started));
            }
            catch (Exception e)
            {
                // A fault of ours must not end the thread, nor the process.
                Log.NotCompared(logger, e, pair.Candidate.Info.Model);
            }
        }
    }

    /// <summary>A thread of low priority still takes caches, and locks that it may be interrupted with. On a device that is never free it is its turn in the end.</summary>
    private static void AwaitRoom(ModelLane lane)
    {
        for (var waited = TimeSpan.Zero; lane.IsDeviceBusy && waited < Patience; waited += Look)
        {
            Thread.Sleep(Look);
        }
    }

    /// <summary>At most a quarter of a core.</summary>
    private static void Rest(TimeSpan used) => Thread.Sleep(used * 3 < Patience ? used * 3 : Patience);

    private void Compare(ShadowPair pair, Tensor[] inputs, int rows)
    {
        using var one = pair.Base.Borrow();
        using var other = pair.Candidate.Borrow();
        if (one is not null && other is not null)
        {
            Compare(pair, Bound(pair.Base, one), Bound(pair.Candidate, other), inputs, rows);
        }
    }

    private IModelRunner Bound(ModelLane lane, LaneLoan loan) =>
        new RunBound(TimeSpan.FromMilliseconds(lane.Settings.TimeoutMs), time, CancellationToken.None).Of(loan.Runner);

    private void Compare(ShadowPair pair, IModelRunner @base, IModelRunner candidate, Tensor[] inputs, int rows)
    {
        pair.IsCandidatesTurn = !pair.IsCandidatesTurn;
        var early = pair.IsCandidatesTurn ? Run(candidate, inputs) : null;
        using var expected = Run(@base, inputs);
        using var actual = early ?? Run(candidate, inputs);
        if (expected.Outputs is null)
        {
            // What the version before refuses says nothing about the candidate.
            return;
        }

        if (actual.Outputs is null)
        {
            pair.Tally.Add(("jobs", 1), ("errors", 1));
            return;
        }

        // Not on this thread: who waits for the collector would wait for it, and it for a processor that is free.
        Task.Run(() => Count(pair, expected, actual, rows)).GetAwaiter().GetResult();
    }

    private void Count(ShadowPair pair, Answer expected, Answer actual, int rows)
    {
        var (before, after) = drift.Compare(pair.Base, expected.Outputs!.Tensors, actual.Outputs!.Tensors, rows);
        pair.Tally.AddBins(before, after);
        var agreement = OutputAgreement.Of(expected.Outputs.Tensors, actual.Outputs.Tensors, rows, pair.Candidate.Settings.Rollout!.Tolerance);
        pair.Tally.Add(("jobs", 1), ("rows", rows), ("agreed", agreement.Agreed.Count(agreed => agreed)), ("timed", 1), ("log_ratio", LogRatio(actual.Ms, expected.Ms)));
        foreach (var (output, max, sum, count) in agreement.Gaps)
        {
            pair.Tally.AddGap(output, max, sum, count);
        }
    }

    /// <summary>Bounded, since a thread of low priority is often interrupted in the middle of a run.</summary>
    private static double LogRatio(double candidate, double @base) =>
        Math.Log(Math.Clamp(Math.Max(candidate, ShortestMs) / Math.Max(@base, ShortestMs), 1 / MostRatio, MostRatio));

    private static Answer Run(IModelRunner runner, Tensor[] inputs)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            return new Answer(runner.Run(inputs), Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        catch (Exception e) when (e is InferenceException or InvalidDataException)
        {
            return new Answer(null, 0);
        }
    }

    /// <summary>What a version made of a copy; no outputs where it failed.</summary>
    private sealed record Answer(ModelOutputs? Outputs, double Ms) : IDisposable
    {
        public void Dispose() => Outputs?.Dispose();
    }
}
