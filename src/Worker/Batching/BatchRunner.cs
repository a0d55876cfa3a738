using QueueInference.Contracts;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Models;

namespace QueueInference.Worker.Batching;

/// <summary>Runs a batch. One that throws is halved until the culprit is alone, so it harms no neighbour.</summary>
/// <remarks>
/// Of 32 jobs one culprit costs seven more runs at most: where the first half is well the second is not tried as a whole, since it would fail;
/// where the first half fails the second waits, and what has waited runs together in the end.
/// </remarks>
internal sealed class BatchRunner(LoadedModel model, IModelRunner runner, TimeProvider time, ILogger logger)
{
    /// <summary>Runs the parts together; every one of them gets an outcome.</summary>
    public BatchOutcomes Run(SealedBatch batch)
    {
        var outcomes = new BatchOutcomes();
        Run(batch, outcomes);
        return outcomes;
    }

    private void Run(SealedBatch batch, BatchOutcomes outcomes)
    {
        if (Try(batch, outcomes) is not { } failure)
        {
            return;
        }

        if (failure == InferenceFailure.OutOfMemory && batch.Parts.Count > 1)
        {
            // Nobody is at fault: fewer rows may fit.
            var (first, second) = batch.Halve();
            Run(first, outcomes);
            Run(second, outcomes);
        }
        else if (batch.Parts.Count > 1)
        {
            Isolate(batch, outcomes);
        }
    }

    /// <summary>Searches the culprit of a batch that failed. Only what has failed alone is failed.</summary>
    private void Isolate(SealedBatch batch, BatchOutcomes outcomes)
    {
        var (suspects, waiting) = (batch, 0);
        while (suspects.Parts.Count > 1)
        {
            var (first, second) = suspects.Halve();
            var isWell = Try(first, outcomes) is null;
            waiting += isWell ? 0 : second.Parts.Count;
            suspects = isWell ? second : first;
        }

        // A first half of one job has just been tried.
        if (outcomes.Parts.Count == 0 || outcomes.Parts[^1].Part != suspects.Parts[0])
        {
            Try(suspects, outcomes);
        }

        if (waiting > 0)
        {
            Run(batch.Last(waiting), outcomes);
        }
    }

    /// <summary>Runs the parts together; null when they are well, and else the reason. One that fails alone has its outcome.</summary>
    private InferenceFailure? Try(SealedBatch batch, BatchOutcomes outcomes)
    {
        var started = time.GetTimestamp();
        try
        {
            var outputs = outcomes.Own(RunOnce(batch));
            var elapsed = time.GetElapsedTime(started);
            var split = Split(batch, outputs);
            batch.SizeTable?.Observe(batch.Rows, elapsed);
            outcomes.Add(batch.Parts.Select((part, i) => Outcome(batch, part, split[i], elapsed)));
            return null;
        }
        catch (Exception e)
        {
            Remember(batch, e);
            Fail(batch, e, time.GetElapsedTime(started), outcomes);
            return FailureOf(e);
        }
    }

    private void Fail(SealedBatch batch, Exception e, TimeSpan elapsed, BatchOutcomes outcomes)
    {
        if (batch.Parts.Count > 1)
        {
            Log.BatchSplit(logger, e, batch.Parts.Count);
            return;
        }

        Log.JobFailed(logger, e, batch.Parts[0].Job.Lease.Id.Text);
        outcomes.Add([new PartOutcome(batch.Parts[0], null, FailureOf(e), batch.Rows, elapsed.TotalMilliseconds)]);
    }

    private ModelOutputs RunOnce(SealedBatch batch)
    {
        try
        {
            return runner.Run(batch.Inputs);
        }
        catch (InferenceException e) when (e.Failure == InferenceFailure.OutOfMemory && batch is { Parts.Count: 1, Rows: > 1, MayCut: true })
        {
            Remember(batch, e);
            return RunHalves(batch);
        }
    }

    /// <summary>A job too large for the memory runs in pieces.</summary>
    private ModelOutputs RunHalves(SealedBatch batch)
    {
        var half = batch.Rows / 2;
        using var first = RunOnce(batch with { Parts = [batch.Parts[0] with { Rows = half }], Inputs = TensorBatch.Rows(batch.Inputs, 0, half) });
        using var second = RunOnce(batch with { Parts = [batch.Parts[0] with { Rows = batch.Rows - half }], Inputs = TensorBatch.Rows(batch.Inputs, half, batch.Rows - half) });
        return new ModelOutputs(TensorBatch.Stack([first.Tensors, second.Tensors]));
    }

    private static IReadOnlyList<Tensor>[] Split(SealedBatch batch, ModelOutputs outputs) => batch.Parts is [{ IsWhole: true }]
        ? [outputs.Tensors]
        : TensorBatch.Split(outputs.Tensors, [.. batch.Parts.Select(part => part.Rows)]);

    private PartOutcome Outcome(SealedBatch batch, BatchPart part, IReadOnlyList<Tensor> outputs, TimeSpan elapsed)
    {
        var cut = part.Job.Length is { } length && batch.Padded is { } padded && padded > length
            ? [.. outputs.Select(output => model.Buckets!.Cut(output, length))]
            : outputs;
        InferenceFailure? failure = model.Settings.FiniteOutputs && !cut.All(FiniteCheck.IsFinite) ? InferenceFailure.NotFinite : null;
        return new PartOutcome(part, failure is null ? cut : null, failure, batch.Rows, elapsed.TotalMilliseconds);
    }

    private static void Remember(SealedBatch batch, Exception e)
    {
        if (FailureOf(e) == InferenceFailure.OutOfMemory && batch.Rows > 1)
        {
            batch.SizeTable?.OutOfMemory(batch.Rows);
        }
    }

    private static InferenceFailure FailureOf(Exception e) => (e as InferenceException)?.Failure ?? InferenceFailure.Failed;
}
