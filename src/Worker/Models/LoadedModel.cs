using QueueInference.Contracts;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Residency;

namespace QueueInference.Worker.Models;

/// <summary>A version that is in memory, and what is known about running it.</summary>
/// <param name="info">What the worker announces about it at first.</param>
/// <param name="runner">What runs it; disposed with this.</param>
/// <param name="settings">What <c>model.json</c> says.</param>
/// <param name="batchSizes">Run times by shape and rows, and the rows to run together.</param>
internal sealed class LoadedModel(ModelVersionInfo info, IModelRunner runner, ModelSettings settings, BatchSizes batchSizes) : IDisposable
{
    private volatile ModelVersionInfo _info = info;
    private volatile SafetyVerdict _batching = SafetyVerdict.Unknown, _padding = SafetyVerdict.Unknown;
    private volatile SequenceBuckets? _buckets;

    /// <summary>What the worker announced last.</summary>
    public ModelVersionInfo Info => _info;

    public IModelRunner Runner => runner;

    /// <summary>Its place in memory, where it has one that it may leave.</summary>
    public ResidentRunner? Place => runner as ResidentRunner;

    public ModelSettings Settings => settings;

    public BatchSizes BatchSizes => batchSizes;

    /// <summary>Jobs that it has answered, for a version that is to come.</summary>
    public JobSamples Samples { get; } = new();

    /// <summary>Whether rows of jobs can be laid side by side, each at its place: strings have no fixed size.</summary>
    public bool CanStage { get; } = info.Signature.Batchable && info.Signature.Inputs.All(input => input.Datatype != TensorDatatype.Bytes);

    /// <summary>How sequences are padded; null where they are not.</summary>
    public SequenceBuckets? Buckets
    {
        get => _buckets;
        init => _buckets = value;
    }

    /// <summary>Begins with the batch sizes of a version that is like it, if any.</summary>
    public void TakeOver(LoadedModel? known)
    {
        if (known is not null)
        {
            batchSizes.TakeOver(known.BatchSizes);
        }
    }

    /// <summary>Whether rows run together give what they give alone; null while that is not known.</summary>
    public bool? BatchSafe => _batching.Safe;

    /// <summary>Whether padded sequences give what they give at their own length; null while that is not known.</summary>
    public bool? PaddingSafe => _padding.Safe;

    /// <summary>Keeps what a comparison found out. A model that mixes rows runs one job at a time from now on.</summary>
    /// <param name="difference">What <see cref="BatchSafety.Compare"/> answered.</param>
    public void JudgeBatching(OutputDifference? difference)
    {
        _batching = SafetyVerdict.Of(difference, "Jobs run one at a time: with other rows in its batch, ");
        if (difference is not null)
        {
            batchSizes.LimitTo(1);
        }
    }

    /// <summary>Keeps what a comparison found out. A model that looks at the padding is not padded from now on.</summary>
    /// <param name="difference">What <see cref="PaddingSafety.Compare"/> answered.</param>
    public void JudgePadding(OutputDifference? difference)
    {
        _padding = SafetyVerdict.Of(difference, "Sequences are not padded: with padding, ");
        if (difference is not null)
        {
            _buckets = null;
        }
    }

    /// <summary>What is true of it now, for an announcement.</summary>
    public ModelVersionInfo Describe() => _info = ModelDescription.Of(this, _batching, _padding);

    public void Dispose() => runner.Dispose();
}
