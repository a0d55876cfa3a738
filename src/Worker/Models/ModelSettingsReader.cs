using System.Text.Json;
using QueueInference.Worker.Inference;

namespace QueueInference.Worker.Models;

/// <summary>Reads and checks <c>model.json</c>.</summary>
internal static class ModelSettingsReader
{
    /// <summary>Reads the file; a missing one means defaults.</summary>
    /// <exception cref="InvalidDataException">The file is wrong; the message names it and the property.</exception>
    public static ModelSettings Read(string path)
    {
        var settings = File.Exists(path) ? Parse(path) : new();
        var problem = FirstProblem(settings);
        return problem is null ? settings : throw new InvalidDataException($"{path}: {problem}");
    }

    private static ModelSettings Parse(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), ModelSettingsContext.Default.ModelSettings)
                ?? throw new InvalidDataException($"{path}: an object is expected.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: {Describe(e)}", e);
        }
    }

    private static string Describe(JsonException e) => e switch
    {
        { Path: null or "$" or "" } => e.Message,
        _ when e.Message.Contains("could not be mapped", StringComparison.Ordinal) => $"'{Property(e)}' is not a known property.",
        _ => $"'{Property(e)}' has a wrong value: {e.Message}",
    };

    private static string Property(JsonException e) => e.Path!.StartsWith("$.", StringComparison.Ordinal) ? e.Path[2..] : e.Path;

    private static string? FirstProblem(ModelSettings settings) => settings switch
    {
        { Batching.MaxBatchSize: < 1 or > 1024 } => "'batching.max_batch_size' must be \"auto\" or 1 to 1024.",
        // One attempt would fail every neighbour of a job that kills its worker: innocents need a second one, alone.
        { MaxAttempts: < 2 or > 10 } => "'max_attempts' must be 2 to 10.",
        { ExecutionProviders: not null } when !AreKnown(settings.ExecutionProviders) =>
            "'execution_providers' must list one or more of \"cpu\", \"cuda\", \"tensorrt\".",
        { ProviderOptions: not null } when !settings.ProviderOptions.Keys.All(ExecutionProviders.IsKnown) =>
            "'provider_options' must name \"cpu\", \"cuda\" or \"tensorrt\".",
        { TimeoutMs: < 100 or > 600_000 } => "'timeout_ms' must be 100 to 600000.",
        { Warmup: not null } when settings.Warmup.Any(shapes => shapes is null || shapes.Values.Any(HasNoSize)) =>
            "'warmup' must list objects of input names and shapes, whose dimensions are 1 or more.",
        { Rollout: not null, Versions.Default: not null } => "'rollout' and 'versions.default' exclude each other.",
        _ => FirstProblem(settings.Batching) ?? FirstProblem(settings.Versions) ?? FirstProblem(settings.Rollout ?? new()),
    };

    private static string? FirstProblem(BatchingSettings batching) => batching switch
    {
        { SequenceBuckets: null, SequenceAxis: not null } => "'batching.sequence_axis' needs 'batching.sequence_buckets'.",
        { SequenceBuckets: null, SequencePadding: not null } => "'batching.sequence_padding' needs 'batching.sequence_buckets'.",
        { SequenceBuckets: not null } when !Ascend(batching.SequenceBuckets) => "'batching.sequence_buckets' must list one or more lengths that ascend.",
        _ => null,
    };

    private static string? FirstProblem(VersionSettings versions) => versions switch
    {
        { Count: < 1 } => "'versions.count' must be 1 or more.",
        { List: not null, EffectivePolicy: not VersionPolicy.List } => "'versions.list' needs 'versions.policy' to be \"list\".",
        { EffectivePolicy: VersionPolicy.List, List: null or [] } => "'versions.list' must name one or more versions.",
        _ => null,
    };

    private static string? FirstProblem(RolloutSettings rollout) => rollout switch
    {
        { ShadowJobs: < 1 or > 1_000_000 } => "'rollout.shadow_jobs' must be 1 to 1000000.",
        { CanaryPercents: var percents } when percents.Length > 0 && (!Ascend(percents) || percents[^1] > 100) => "'rollout.canary_percents' must list percents that ascend, 1 to 100.",
        { CanarySeconds: < 0 or > 1_000_000 } => "'rollout.canary_seconds' must be 0 to 1000000.",
        { MinAgreement: not (>= 0 and <= 1) } => "'rollout.min_agreement' must be 0 to 1.",
        { MaxErrorRate: not (>= 0 and <= 1) } => "'rollout.max_error_rate' must be 0 to 1.",
        { MaxDrift: not (> 0 and < 1e6) } => "'rollout.max_drift' must be more than 0.",
        { MaxLatencyRatio: not (> 0 and < 1e6) } => "'rollout.max_latency_ratio' must be more than 0.",
        { Tolerance: not (>= 0 and < 1e6) } => "'rollout.tolerance' must be 0 or more.",
        _ => null,
    };

    private static bool AreKnown(string[] providers) => providers.Length > 0 && Array.TrueForAll(providers, ExecutionProviders.IsKnown);

    private static bool Ascend(int[] lengths) => lengths.Length > 0 && lengths[0] > 0 && lengths.Zip(lengths.Skip(1)).All(pair => pair.First < pair.Second);

    private static bool HasNoSize(long[] shape) => shape is null || shape.Any(dimension => dimension < 1);
}
