using System.Security.Cryptography;
using QueueInference.Contracts;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Inference;

namespace QueueInference.Worker.Models;

/// <summary>Brings versions into memory and warms them.</summary>
internal sealed class ModelLoader(IModelRunnerFactory runners, InferenceOptions options, ILogger<ModelLoader> logger)
{
    // Enough to share the cost of a message, few enough that a worker does not hoard slow work.
    private const int MaxGroupJobs = 8;

    /// <summary>Loads one version; null when it cannot be served, which is logged with the reason.</summary>
    public LoadedModel? Load(FoundVersion found)
    {
        try
        {
            var loaded = LoadAndWarm(found);
            Log.Loaded(logger, found.Model, found.Version, loaded.Info.MaxBatchSize);
            return loaded;
        }
        catch (Exception e)
        {
            // A broken model must not keep the others from serving, whatever is wrong with it.
            Log.LoadFailed(logger, found.Model, found.Version, e.Message, e);
            return null;
        }
    }

    private LoadedModel LoadAndWarm(FoundVersion found)
    {
        var effective = options with { ExecutionProviders = found.Settings.ExecutionProviders ?? options.ExecutionProviders };
        var sha256 = Digest(found.Path);
        var runner = runners.Create(found.Path, effective);
        var canBatch = Warm(found, runner) && runner.Signature.Batchable;
        var maxBatchSize = canBatch ? found.Settings.Batching.EffectiveMaxBatchSize(effective.ExecutionProviders) : 1;
        return new(
            new ModelVersionInfo(found.Model, found.Version, runner.Signature, maxBatchSize, MaxGroupJobs, found.Settings.MaxAttempts, sha256), runner,
            found.Settings, new BatchSizes(maxBatchSize));
    }

    /// <summary>Runs once; false when the outputs show that jobs must not share a batch.</summary>
    private bool Warm(FoundVersion found, IModelRunner runner)
    {
        try
        {
            using var outputs = runner.Run(ModelWarmup.Inputs(runner.Signature));
            if (!runner.Signature.Batchable || ModelWarmup.KeepsRows(runner.Signature, outputs.Tensors))
            {
                return true;
            }

            Log.NotBatchable(logger, found.Model, found.Version);
            return false;
        }
        catch (Exception e)
        {
            // Zeros may be illegal for the model, which says nothing against real inputs.
            Log.WarmupFailed(logger, found.Model, found.Version, e);
            return true;
        }
    }

    private static string Digest(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
