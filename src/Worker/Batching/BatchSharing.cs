using QueueInference.Worker.Inference;
using QueueInference.Worker.Models;

namespace QueueInference.Worker.Batching;

/// <summary>Lets strangers share a batch only where it is known that they do not change each other's results.</summary>
/// <remarks>Mostly that is known since the warm-up. A model whose shapes or data could not be made up is checked with the first jobs that meet.</remarks>
internal sealed class BatchSharing(LoadedModel model, IModelRunner runner, ILogger logger)
{
    /// <summary>The parts as one batch, or each alone.</summary>
    public IEnumerable<IReadOnlyList<BatchPart>> Split(IReadOnlyList<BatchPart> parts)
    {
        if (parts.Count > 1 && model.BatchSafe is null)
        {
            Check(parts);
        }

        return parts.Count == 1 || model.BatchSafe == true ? [parts] : parts.Select(part => (IReadOnlyList<BatchPart>)[part]);
    }

    private void Check(IReadOnlyList<BatchPart> parts)
    {
        // A few tell as much as many, and each costs two runs.
        var jobs = parts.Where(part => part.Job.Length == parts[0].Job.Length).Take(3).Select(part => TensorBatch.Rows(part.Job.Inputs, part.FirstRow, part.Rows)).ToList();
        try
        {
            if (BatchSafety.CanTell(jobs))
            {
                model.JudgeBatching(BatchSafety.Compare(runner, jobs));
                Log.SharingChecked(logger, model.Info.Model, model.BatchSafe == true);
            }
        }
        catch (InferenceException e)
        {
            // One of them may be at fault; the next ones decide.
            Log.SharingUnchecked(logger, e, model.Info.Model);
        }
    }
}
