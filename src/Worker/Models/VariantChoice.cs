using QueueInference.Contracts;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Inference;

namespace QueueInference.Worker.Models;

/// <summary>Loads a model in the variation of the options that gives the most on a busy device, where there are several.</summary>
internal sealed class VariantChoice(IModelRunnerFactory runners, RunBound bound, TimeProvider time)
{
    private const int Rows = 4, Runs = 6, Rounds = 3;

    // Less is noise. And a run that is slow already must not become slower to gain throughput.
    private const double ClearlyLess = 0.92;
    private static readonly TimeSpan ShortRun = TimeSpan.FromMilliseconds(5);

    /// <summary>Loads one version; answers with which of the options, too.</summary>
    /// <exception cref="Exception">No variation can be loaded; the message says why.</exception>
    public (IModelRunner Runner, InferenceOptions Options) Create(FoundVersion found, InferenceOptions options)
    {
        var variants = runners.Variants(options);
        var (best, chosen) = (runners.Create(found.Path, variants[0]), variants[0]);
        try
        {
            foreach (var variant in variants.Skip(1))
            {
                if (Inputs(best, found) is { } inputs && MayGain(best, variant, inputs))
                {
                    var before = best;
                    best = Better(best, runners.Create(found.Path, variant), inputs);
                    chosen = best == before ? chosen : variant;
                }
            }
        }
        catch
        {
            best.Dispose();
            throw;
        }

        return (best, chosen);
    }

    /// <summary>Fewer threads make a single run longer, which only short ones can afford.</summary>
    private bool MayGain(IModelRunner best, InferenceOptions variant, Tensor[] inputs) =>
        best.Device != ExecutionProviders.Cpu || variant.EffectiveThreads >= best.Slots || Try(() => Time(best, inputs, runners: 1) / Rows) < ShortRun;

    private IModelRunner Better(IModelRunner best, IModelRunner other, Tensor[] inputs)
    {
        var isBetter = false;
        try
        {
            isBetter = Try(() => Cost(other, inputs) / ClearlyLess) < Try(() => Cost(best, inputs));
        }
        finally
        {
            (isBetter ? best : other).Dispose();
        }

        return isBetter ? other : best;
    }

    /// <summary>Time of the device for each run, when it is full: the least of some rounds, since runs are late by accident but never early.</summary>
    private TimeSpan Cost(IModelRunner runner, Tensor[] inputs)
    {
        var together = DeviceCapacity.Of(runner.Device) / DeviceCapacity.SlotsOf(runner);
        return Enumerable.Range(0, Rounds).Min(_ => Time(runner, inputs, together) / together);
    }

    /// <summary>Time of a run while others run beside it.</summary>
    private TimeSpan Time(IModelRunner unbound, Tensor[] inputs, int runners)
    {
        var runner = bound.Of(unbound);
        // The first one searches for kernels and memory.
        runner.Run(inputs).Dispose();
        var started = time.GetTimestamp();
        Parallel.For(0, runners, new() { MaxDegreeOfParallelism = runners }, _ =>
        {
            for (var run = 0; run < Runs; run++)
            {
                runner.Run(inputs).Dispose();
            }
        });
        return time.GetElapsedTime(started) / Runs;
    }

    /// <summary>Made-up rows of the first known shape; null where none is known.</summary>
    private static Tensor[]? Inputs(IModelRunner runner, FoundVersion found)
    {
        var buckets = SequenceBuckets.Create(runner.Signature, found.Settings.Batching);
        return WarmupShapes.Of(runner.Signature, found.Settings, buckets) is [var shape, ..]
            ? WarmupData.Inputs(shape, runner.Signature.Batchable ? Rows : 1, random: null)
            : null;
    }

    /// <summary>Endless where the model refuses made-up data.</summary>
    private static TimeSpan Try(Func<TimeSpan> measure)
    {
        try
        {
            return measure();
        }
        catch (Exception e) when (e is InferenceException || (e is AggregateException all && all.InnerExceptions.All(inner => inner is InferenceException)))
        {
            return TimeSpan.MaxValue;
        }
    }
}
