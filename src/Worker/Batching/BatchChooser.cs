using QueueInference.Contracts;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Jobs;
using QueueInference.Worker.Models;

namespace QueueInference.Worker.Batching;

/// <summary>Chooses what of a queue runs next, as one model version runs it. The owner of the queue locks.</summary>
internal sealed class BatchChooser(LoadedModel model)
{
    /// <summary>Most bytes of input rows in one batch: shapes come from clients.</summary>
    private const long MaxBytes = 256L << 20;

    /// <summary>Filled anew by each choice. A choice is made whenever a job arrives, so a list for each would be most of what a job allocates.</summary>
    private readonly List<HeldJob> _candidates = [];

    /// <summary>The next batch, and what it met that must not start any more.</summary>
    /// <param name="queue">Nothing is taken from it.</param>
    /// <param name="now">Unix milliseconds.</param>
    public (List<BatchPart> Parts, List<HeldJob> Expired) Choose(BatchQueue queue, long now)
    {
        List<HeldJob> expired = [];
        BatchPolicy.Sort(queue.InOrder(now), model.BatchSizes.MaxRows, now, _candidates, expired);
        var parts = _candidates.Count == 0 ? [] : BatchPolicy.Fill(_candidates, Rows(_candidates), MayCut);
        // Or the inputs of jobs that have ended would stay in memory until the next one comes.
        _candidates.Clear();
        return (parts, expired);
    }

    /// <summary>Whether rows can be laid side by side before all of them are known. Strings have no fixed size.</summary>
    public bool CanStage => model.CanStage;

    /// <summary>Whether the rows of these parts must be copied side by side before they run.</summary>
    public bool NeedsStage(IReadOnlyList<BatchPart> parts) => CanStage && parts switch
    {
        [] => false,
        [var part] => part.Job.Length is { } length && !RunsUnpadded(length),
        _ => true,
    };

    /// <summary>The parts as a batch: a lone one from where its message lies.</summary>
    public SealedBatch Unstaged(IReadOnlyList<BatchPart> parts) => Seal(parts, TensorBatch.Stack([.. parts.Select(Inputs)]), padded: null);

    /// <summary>The parts as a batch whose rows lie in a stage.</summary>
    public SealedBatch Staged(IReadOnlyList<BatchPart> parts, Tensor[] inputs) =>
        Seal(parts, inputs, parts[0].Job.Length is { } length ? model.Buckets!.Bucket(length) : null);

    /// <summary>A model that mixes its rows would answer otherwise if they ran apart.</summary>
    private bool MayCut => model.BatchSafe == true;

    private int Rows(List<HeldJob> candidates)
    {
        var head = candidates[0];
        var rows = model.BatchSizes.For(head.ShapeKey).Choose(candidates.Sum(job => job.RowsLeft));
        return (int)Math.Clamp(MaxBytes / RowBytes(head), 1, rows);
    }

    /// <summary>Bytes of one row as it is staged, at least 1.</summary>
    private long RowBytes(HeldJob job)
    {
        var bytes = job.Inputs.Sum(input => (long)input.Data.Length) / Math.Max(1, job.Rows);
        return Math.Max(1, job.Length is > 0 and { } length ? bytes * model.Buckets!.Bucket(length) / length : bytes);
    }

    /// <summary>A lone job is padded only where every shape costs the device a preparation of its own.</summary>
    private bool RunsUnpadded(int length) => model.Buckets!.Bucket(length) == length || model.Runner.Device == ExecutionProviders.Cpu;

    private SealedBatch Seal(IReadOnlyList<BatchPart> parts, IReadOnlyList<Tensor> inputs, int? padded) => new(parts, inputs)
    {
        Padded = padded,
        MayCut = MayCut,
        SizeTable = (padded is not null || parts[0].Job.Length is null) ? model.BatchSizes.For(parts[0].Job.ShapeKey) : null,
    };

    private static IReadOnlyList<Tensor> Inputs(BatchPart part) =>
        part.IsWhole ? part.Job.Inputs : TensorBatch.Rows(part.Job.Inputs, part.FirstRow, part.Rows);
}
