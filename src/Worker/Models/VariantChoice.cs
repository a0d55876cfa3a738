using QueueInference.Worker.Batching;
using QueueInference.Worker.Inference;

namespace QueueInference.Worker.Models;

/// <summary>Loads a model in the variation of the options that runs it fastest, where there are several.</summary>
internal sealed class VariantChoice(IModelRunnerFactory runners, TimeProvider time)
{
    private const int Rows = 8, Runs = 5;

    /// <summary>Loads one version.</summary>
    /// <exception cref="Exception">No variation can be loaded; the message says why.</exception>
    public IModelRunner Create(FoundVersion found, InferenceOptions options)
    {
        var variants = runners.Variants(options);
        var best = runners.Create(found.Path, variants[0]);
        if (variants.Count == 1 || Cost(best, found) is not { } least)
        {
            return best;
        }

        foreach (var variant in variants.Skip(1))
        {
            (best, least) = Faster(best, least, runners.Create(found.Path, variant), found);
        }

        return best;
    }

    private (IModelRunner Best, TimeSpan Cost) Faster(IModelRunner best, TimeSpan least, IModelRunner other, FoundVersion found)
    {
        var cost = Cost(other, found) ?? TimeSpan.MaxValue;
        (cost < least ? best : other).Dispose();
        return cost < least ? (other, cost) : (best, least);
    }

    /// <summary>The shortest of some runs of the first known shape; null where none is known, or where made-up data is refused.</summary>
    private TimeSpan? Cost(IModelRunner runner, FoundVersion found)
    {
        var buckets = SequenceBuckets.Create(runner.Signature, found.Settings.Batching);
        if (WarmupShapes.Of(runner.Signature, found.Settings, buckets) is not [var shape, ..])
        {
            return null;
        }

        var inputs = WarmupData.Inputs(shape, runner.Signature.Batchable ? Rows : 1, random: null);
        try
        {
            // The first one searches for kernels.
            return Enumerable.Range(0, Runs + 1).Select(_ => Time(() => runner.Run(inputs).Dispose())).Skip(1).Min();
        }
        catch (InferenceException)
        {
            return null;
        }
    }

    private TimeSpan Time(Action run)
    {
        var started = time.GetTimestamp();
        run();
        return time.GetElapsedTime(started);
    }
}
