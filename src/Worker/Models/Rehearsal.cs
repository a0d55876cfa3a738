using QueueInference.Contracts;
using QueueInference.Core.Tensors;
using QueueInference.Worker.Inference;

namespace QueueInference.Worker.Models;

/// <summary>
/// Runs a version that comes on jobs that another version of its model has answered. Where the model leaves shapes open, or refuses what is made up,
/// its first jobs would find its memory else, and be run once more to see whether they may share a batch.
/// </summary>
/// <param name="model">The version that comes.</param>
/// <param name="runner">What runs it.</param>
/// <param name="tuner">Runs and measures it.</param>
/// <param name="logger">Told what is found out.</param>
internal sealed class Rehearsal(LoadedModel model, IModelRunner runner, BatchTuner tuner, ILogger logger)
{
    /// <summary>Checks whether jobs may share a batch, where that is not known, and runs the sizes that jobs will have.</summary>
    /// <param name="samples">Jobs of one row each, all of one shape.</param>
    /// <param name="budget">How long the measuring may take.</param>
    /// <exception cref="InferenceException">The model refuses them.</exception>
    public void Run(IReadOnlyList<Tensor[]> samples, TimeSpan budget)
    {
        var jobs = samples.Where(job => SignatureCheck.Find(runner.Signature, job, null, int.MaxValue) is null).ToList();
        if (runner.Signature.Batchable && model.BatchSafe is null && BatchSafety.CanTell(jobs))
        {
            Judge(BatchSafety.Compare(runner, jobs));
        }

        if (jobs.Count > 0)
        {
            tuner.WarmOrMeasure(model.BatchSizes.For(TensorBatch.ShapeKey(jobs[0])), jobs[0], rows => Rows(jobs, rows), budget);
        }
    }

    private void Judge(OutputDifference? difference)
    {
        model.JudgeBatching(difference);
        if (difference is not null)
        {
            Log.BatchUnsafe(logger, model.Info.Model, model.Info.Version, difference);
        }
    }

    private static Tensor[] Rows(List<Tensor[]> jobs, int rows) => TensorBatch.Stack([.. Enumerable.Range(0, rows).Select(row => jobs[row % jobs.Count])]);
}
