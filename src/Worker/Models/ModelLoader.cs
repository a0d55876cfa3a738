using QueueInference.Contracts;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Models.Checking;

namespace QueueInference.Worker.Models;

/// <summary>Brings versions into memory and warms them.</summary>
internal sealed class ModelLoader(IModelRunnerFactory runners, IModelCheck check, InferenceOptions options, TimeProvider time, ILogger<ModelLoader> logger)
{
    /// <summary>Loads one version; null when it cannot be served, which is logged.</summary>
    /// <param name="found">Where it lies.</param>
    /// <param name="isBeside">Whether others serve meanwhile, and come first.</param>
    /// <param name="reason">Why it cannot, as a sentence.</param>
    /// <param name="cancellationToken">Ends it: the worker stops.</param>
    public LoadedModel? Load(FoundVersion found, bool isBeside, out string? reason, CancellationToken cancellationToken)
    {
        try
        {
            reason = null;
            check.Run(found, cancellationToken);
            var loaded = LoadAndWarm(found, isBeside ? LowPriority.Run : action => action(), new RunBound(options.WarmupLimit, time, cancellationToken));
            Log.Loaded(logger, found.Model, found.Version, loaded.Info.Device, Providers(loaded.Info), loaded.Info.MaxBatchSize);
            return loaded;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // A broken model must not keep the others from serving, whatever is wrong with it.
            reason = e.Message;
            Log.LoadFailed(logger, found.Model, found.Version, e.Message, e);
            return null;
        }
    }

    private LoadedModel LoadAndWarm(FoundVersion found, Action<Action> warm, RunBound bound)
    {
        var files = VersionDigest.OfFiles(Path.GetDirectoryName(found.Path)!);
        var runner = new VariantChoice(runners, bound, time).Create(found, options.For(found.Settings.ExecutionProviders, found.Settings.ProviderOptions));
        try
        {
            return Warm(found, runner, files, warm, bound);
        }
        catch
        {
            runner.Dispose();
            throw;
        }
    }

    private LoadedModel Warm(FoundVersion found, IModelRunner runner, SortedDictionary<string, string> files, Action<Action> warm, RunBound bound)
    {
        var (settings, signature) = (found.Settings, runner.Signature);
        var sizes = new BatchSizes(signature.Batchable ? settings.Batching.MostRows(runner.Device) : 1, settings.Batching.MaxBatchSize is null);
        var info = new ModelVersionInfo(found.Model, found.Version, signature, sizes.MaxRows, GroupBound.Jobs(null), settings.MaxAttempts, VersionDigest.OfAll(files)) { Files = files };
        var model = new LoadedModel(info, runner, settings, sizes) { Buckets = SequenceBuckets.Create(signature, settings.Batching) };
        warm(() => new ModelWarmup(model, bound, time, logger).Run(WarmupShapes.Of(signature, settings, model.Buckets)));
        model.Describe();
        return model;
    }

    private static string Providers(ModelVersionInfo info) =>
        string.Join(", ", info.ExecutionProviders!.Select(provider => $"{provider.Name}: {provider.Nodes} operators"));
}
