using QueueInference.Contracts;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Jobs;

namespace QueueInference.Worker.Batching;

/// <summary>What one job got out of a batch: outputs, or a failure.</summary>
internal sealed record BatchOutcome(HeldJob Job, IReadOnlyList<Tensor>? Outputs, InferenceFailure? Failure, int BatchRows, double InferenceMs);

/// <summary>Runs a batch. One that throws is halved until the culprit is alone, so it harms no neighbour.</summary>
internal sealed class BatchRunner(IModelRunner runner, TimeProvider time, ILogger logger)
{
    /// <summary>Runs the jobs together; every one of them gets an outcome.</summary>
    public IEnumerable<BatchOutcome> Run(IReadOnlyList<HeldJob> batch)
    {
        var started = time.GetTimestamp();
        try
        {
            var outputs = RunTogether(batch);
            var elapsed = time.GetElapsedTime(started).TotalMilliseconds;
            var rows = batch.Sum(job => job.Rows);
            return batch.Select((job, i) => new BatchOutcome(job, outputs[i], null, rows, elapsed));
        }
        catch (Exception e) when (batch.Count > 1)
        {
            Log.BatchSplit(logger, e, batch.Count);
            var half = batch.Count / 2;
            return [.. Run([.. batch.Take(half)]), .. Run([.. batch.Skip(half)])];
        }
        catch (Exception e)
        {
            Log.JobFailed(logger, e, batch[0].Lease.Id.Text);
            var failure = (e as InferenceException)?.Failure ?? InferenceFailure.Failed;
            return [new BatchOutcome(batch[0], null, failure, batch[0].Rows, time.GetElapsedTime(started).TotalMilliseconds)];
        }
    }

    private IReadOnlyList<Tensor>[] RunTogether(IReadOnlyList<HeldJob> batch)
    {
        if (batch.Count == 1)
        {
            return [[.. runner.Run(batch[0].Inputs).Tensors]];
        }

        var outputs = runner.Run(TensorBatch.Stack([.. batch.Select(job => job.Inputs)])).Tensors;
        return TensorBatch.Split(outputs, [.. batch.Select(job => job.Rows)]);
    }
}
