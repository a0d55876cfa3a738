using System.Collections.Concurrent;
using QueueInference.Worker.Models;

namespace QueueInference.Worker.Batching;

/// <summary>While the device is busy, copies what would run next to where it will run, so that little is left to copy when the device is free.</summary>
/// <param name="model">Whose inputs these are.</param>
/// <param name="chooser">Knows which batches are copied at all.</param>
/// <param name="logger">Hears of faults.</param>
/// <param name="isWanted">Whether something waits for a busy device.</param>
/// <param name="preview">What would run next.</param>
internal sealed class StageAhead(LoadedModel model, BatchChooser chooser, ILogger logger, Func<bool> isWanted, Func<IReadOnlyList<BatchPart>> preview) : IDisposable
{
    private readonly object _staging = new();
    private readonly ConcurrentBag<BatchStage> _spare = [];
    private BatchStage? _stage;
    private int _queued;

    /// <summary>Copies soon, on another thread.</summary>
    public void Queue()
    {
        if (chooser.CanStage && isWanted() && Interlocked.Exchange(ref _queued, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(ahead => ahead.Stage(), this, preferLocal: false);
        }
    }

    /// <summary>A batch to run; its stage, where it has one, is to be freed after the run.</summary>
    public (SealedBatch Batch, BatchStage? Stage) Seal(IReadOnlyList<BatchPart> parts)
    {
        if (!chooser.NeedsStage(parts))
        {
            return (chooser.Unstaged(parts), null);
        }

        BatchStage stage;
        lock (_staging)
        {
            (stage, _stage) = (_stage ?? Spare(), null);
        }

        return (chooser.Staged(stage.Arrange(parts), stage.Read()), stage);
    }

    /// <summary>Takes a stage back.</summary>
    public void Free(BatchStage? stage)
    {
        if (stage is not null)
        {
            stage.Clear();
            _spare.Add(stage);
        }
    }

    /// <summary>Gives all its memory back; it may go on later.</summary>
    public void Dispose()
    {
        lock (_staging)
        {
            _stage?.Dispose();
            _stage = null;
        }

        while (_spare.TryTake(out var stage))
        {
            stage.Dispose();
        }
    }

    private void Stage()
    {
        Volatile.Write(ref _queued, 0);
        lock (_staging)
        {
            try
            {
                var next = preview();
                if (isWanted() && chooser.NeedsStage(next))
                {
                    (_stage ??= Spare()).Arrange(next);
                }
            }
            catch (Exception e)
            {
                // On a pool thread it would end the process. A half-made stage is not used; the seal meets the same fault, and gives the jobs back.
                Log.StagingFailed(logger, e, model.Info.Model);
                _stage?.Dispose();
                _stage = null;
            }
        }
    }

    private BatchStage Spare() => _spare.TryTake(out var stage) ? stage : new BatchStage(model.Runner, model.Buckets);
}
