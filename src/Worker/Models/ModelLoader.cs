using QueueInference.Contracts;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Models.Checking;
using QueueInference.Worker.Residency;

namespace QueueInference.Worker.Models;

/// <summary>Brings versions into memory and warms them, on threads of its own.</summary>
internal sealed class ModelLoader(IModelRunnerFactory runners, IModelCheck check, InferenceOptions options, TimeProvider time, ILogger<ModelLoader> logger)
{
    /// <summary>Loads one version; without it, when it cannot be served, which is logged, the reason as a sentence.</summary>
    /// <param name="found">Where it lies.</param>
    /// <param name="isBeside">Whether others serve meanwhile, and come first.</param>
    /// <param name="known">A version of this model that serves, if any: what was found best for it is better than what could be measured beside its jobs.</param>
    /// <param name="cancellationToken">Ends it: the worker stops.</param>
    public Task<(LoadedModel? Model, string? Reason)> LoadAsync(FoundVersion found, bool isBeside, LoadedModel? known, CancellationToken cancellationToken) => TryAsync(found, () =>
    {
        Action<Action> aside = isBeside ? LowPriority.Run : action => action();
        if (isBeside)
        {
            CompilerThread.KeepLow();
        }

        var bytes = 0L;
        aside(() => bytes = BytesOf(found, check.Run(found, cancellationToken)));
        return LoadAndWarm(found, bytes, IsLike(known, bytes) ? known : null, known?.Samples.Jobs ?? [], aside, new RunBound(options.WarmupLimit, time, cancellationToken));
    }, cancellationToken);

    /// <summary>Checks one version, and answers what can be known of it without bringing it into memory; as <see cref="LoadAsync"/> does.</summary>
    public Task<(LoadedModel? Model, string? Reason)> DescribeAsync(FoundVersion found, CancellationToken cancellationToken) => TryAsync(found, () =>
    {
        var known = check.Run(found, cancellationToken);
        var signature = known.Signature ?? throw new InvalidDataException("The process that checks it does not say what its inputs are.");
        return Describe(found, new ResidentRunner(found, signature, OptionsOf(found).Device, BytesOf(found, known)));
    }, cancellationToken);

    /// <summary>Brings a version into memory that was described, or put out. The first time it is warmed.</summary>
    /// <exception cref="StaleVersionException">Its files are not those that were checked.</exception>
    /// <exception cref="Exception">It cannot be loaded; the message says why.</exception>
    public Task BringAsync(LoadedModel model, ResidentRunner place, CancellationToken cancellationToken) => OwnThread.RunAsync(() => Bring(model, place, cancellationToken));

    private void Bring(LoadedModel model, ResidentRunner place, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        StaleVersionException.ThrowIfChanged(place.Found);
        if (place.Options is { } best)
        {
            place.Put(runners.Create(place.Found.Path, best), best);
        }
        else
        {
            BringFirst(model, place, new RunBound(options.WarmupLimit, time, cancellationToken));
        }

        place.LoadTime = time.GetElapsedTime(started);
    }

    private void BringFirst(LoadedModel model, ResidentRunner place, RunBound bound)
    {
        var (runner, best) = new VariantChoice(runners, bound, time).Create(place.Found, OptionsOf(place.Found));
        place.Put(runner, best);
        try
        {
            Warm(model, bound, []);
        }
        catch
        {
            place.Forget();
            throw;
        }
    }

    private async Task<(LoadedModel? Model, string? Reason)> TryAsync(FoundVersion found, Func<LoadedModel> load, CancellationToken cancellationToken)
    {
        try
        {
            return (await OwnThread.RunAsync(load), null);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // A broken model must not keep the others from serving, whatever is wrong with it.
            Log.LoadFailed(logger, found.Model, found.Version, e.Message, e);
            return (null, e.Message);
        }
    }

    private LoadedModel LoadAndWarm(FoundVersion found, long bytes, LoadedModel? known, IReadOnlyList<Tensor[]> samples, Action<Action> aside, RunBound bound)
    {
        var started = time.GetTimestamp();
        var (runner, best) = known?.Place?.Options is { } options ? (Create(found, options), options) : new VariantChoice(runners, bound, time).Create(found, OptionsOf(found));
        var place = new ResidentRunner(found, runner.Signature, runner.Device, bytes);
        place.Put(runner, best);
        try
        {
            LoadedModel? model = null;
            aside(() =>
            {
                model = Describe(found, place);
                model.TakeOver(known);
                Warm(model, bound, samples);
            });
            place.LoadTime = time.GetElapsedTime(started);
            return model!;
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    /// <summary>A model of another size may run best in another way.</summary>
    private static bool IsLike(LoadedModel? known, long bytes) => known?.Place is { } place && bytes <= 2 * place.Bytes && place.Bytes <= 2 * bytes;

    /// <summary>A session's own threads would keep the priority of the thread that makes them.</summary>
    private IModelRunner Create(FoundVersion found, InferenceOptions known) =>
        known.EffectiveThreads == 1 ? LowPriority.Run(() => runners.Create(found.Path, known)) : runners.Create(found.Path, known);

    private static LoadedModel Describe(FoundVersion found, ResidentRunner place)
    {
        var (settings, signature) = (found.Settings, place.Signature);
        var files = VersionDigest.OfFiles(Path.GetDirectoryName(found.Path)!);
        var sizes = new BatchSizes(signature.Batchable ? settings.Batching.MostRows(place.Device) : 1, settings.Batching.MaxBatchSize is null);
        var info = new ModelVersionInfo(found.Model, found.Version, signature, sizes.MaxRows, GroupBound.Jobs(null), settings.MaxAttempts, VersionDigest.OfAll(files))
        {
            Device = place.Device,
            Files = files,
        };
        return new LoadedModel(info, place, settings, sizes) { Buckets = SequenceBuckets.Create(signature, settings.Batching) };
    }

    private void Warm(LoadedModel model, RunBound bound, IReadOnlyList<Tensor[]> samples)
    {
        new ModelWarmup(model, bound, time, logger).Run(WarmupShapes.Of(model.Runner.Signature, model.Settings, model.Buckets), samples);
        var info = model.Describe();
        Log.Loaded(logger, info.Model, info.Version, info.Device, Providers(info), info.MaxBatchSize);
    }

    private InferenceOptions OptionsOf(FoundVersion found) => options.For(found.Settings.ExecutionProviders, found.Settings.ProviderOptions);

    private static long BytesOf(FoundVersion found, CheckedModel known) =>
        Math.Max(known.Bytes, new DirectoryInfo(Path.GetDirectoryName(found.Path)!).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length));

    private static string Providers(ModelVersionInfo info) =>
        string.Join(", ", info.ExecutionProviders!.Select(provider => $"{provider.Name}: {provider.Nodes} operators"));
}
