using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Telemetry;
using QueueInference.Core.Tensors;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Jobs;
using QueueInference.Worker.Models;

namespace QueueInference.Worker.Batching;

/// <summary>Serves one model version on a thread of its own: take, start suspects, run, finish.</summary>
/// <remarks>The end of a batch is written while the next one runs; at most two ends are outstanding, so that results do not pile up.</remarks>
internal sealed class BatchLoop : IDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);
    private readonly BatchQueue _queue = new();
    private readonly SemaphoreSlim _ends = new(2);
    private readonly LoadedModel _model;
    private readonly BatchLoopServices _services;
    private readonly BatchRunner _runner;
    private readonly Thread _thread;

    public BatchLoop(LoadedModel model, BatchLoopServices services)
    {
        (_model, _services) = (model, services);
        _runner = new BatchRunner(model.Runner, services.Time, services.Logger);
        _thread = new Thread(Loop) { IsBackground = true, Name = $"{model.Info.Model}/{model.Info.Version}" };
    }

    /// <summary>What it serves.</summary>
    public ModelVersionInfo Info => _model.Info;

    public void Start() => _thread.Start();

    /// <summary>Adds a job whose inputs fit this version; else answers why not.</summary>
    public JobError? Enqueue(HeldJob job)
    {
        if (SignatureCheck.Find(Info.Signature, job.Inputs, job.Spec.Outputs, int.MaxValue) is { } mismatch)
        {
            return new JobError(JobErrorCodes.InvalidInput, $"{mismatch.Pointer}: {mismatch.Message}");
        }

        job.Rows = SignatureCheck.Rows(Info.Signature, job.Inputs);
        job.ShapeKey = TensorBatch.ShapeKey(job.Inputs);
        // What overrides a default belongs to one job only.
        job.Alone |= Info.Signature.Inputs.Any(spec => spec.Optional && job.Inputs.Any(input => input.Name == spec.Name));
        _queue.Add(job);
        return null;
    }

    /// <summary>Ends the thread after the batch that runs now, and unloads the model.</summary>
    public void Dispose()
    {
        _queue.Complete();
        if (_thread.IsAlive && !_thread.Join(TimeSpan.FromSeconds(30)))
        {
            // A run that does not end keeps its session: freeing it underneath would end the process in the middle.
            return;
        }

        _ends.Dispose();
        _model.Runner.Dispose();
    }

    private void Loop()
    {
        while (_queue.Take(Info.MaxBatchSize) is { } batch)
        {
            try
            {
                RunBatch(batch);
            }
            catch (Exception e)
            {
                // A fault of ours must not end the thread: its jobs go back, the next batch runs.
                Log.LoopFailed(_services.Logger, e, Info.Model);
                batch.ForEach(job => _services.Held.Settle(job, giveBack: true));
            }
        }
    }

    private void RunBatch(List<HeldJob> batch)
    {
        if (!MayRun(batch))
        {
            return;
        }

        var startedAt = _services.Time.GetUtcNow().ToUnixTimeMilliseconds();
        BatchOutcome[] outcomes = [.. _runner.Run(batch)];
        Measure(outcomes);
        _ends.Wait();
        _ = EndAsync(outcomes, startedAt);
    }

    /// <summary>A suspect is charged just before it runs, so that only the culprit of a crash is ever charged for it.</summary>
    private bool MayRun(List<HeldJob> batch)
    {
        var job = batch[0];
        if (!job.Alone || !job.NeedsStart)
        {
            return true;
        }

        var ours = _services.Retry.RunAsync(() => _services.Claims.StartAsync(job.Lease, job.Attempt + 1, CancellationToken.None), StartPatience,
            CancellationToken.None).GetAwaiter().GetResult();
        job.Attempt++;
        if (!ours)
        {
            _services.Held.SettleLost(job);
        }

        return ours;
    }

    private async Task EndAsync(BatchOutcome[] outcomes, long startedAt)
    {
        try
        {
            var again = outcomes.Where(outcome => outcome.Failure == InferenceFailure.OutOfMemory && outcome.Job.Attempt < outcome.Job.Spec.MaxAttempts).ToList();
            again.ForEach(outcome => _ = TryAgainAsync(outcome.Job));
            await _services.Finisher.FinishAsync([.. outcomes.Except(again).Select(outcome => Finished(outcome, startedAt))]);
        }
        catch (Exception e)
        {
            // Without this the jobs would be held, and their leases renewed, for ever.
            Log.LoopFailed(_services.Logger, e, Info.Model);
            Array.ForEach(outcomes, outcome => _services.Held.Settle(outcome.Job, giveBack: true));
        }
        finally
        {
            _ends.Release();
        }
    }

    /// <summary>Memory may be free in a moment: the job keeps its lease and message, waits here, and runs alone.</summary>
    private async Task TryAgainAsync(HeldJob job)
    {
        await Task.Delay(TimeSpan.FromSeconds(job.Attempt), _services.Time);
        (job.Alone, job.NeedsStart) = (true, true);
        if (job.TryMove(HeldPhase.Started, HeldPhase.Waiting))
        {
            _queue.Add(job);
        }
    }

    private FinishedJob Finished(BatchOutcome outcome, long startedAt)
    {
        var job = outcome.Job;
        var run = new JobRun(Info.Version, Info.Sha256, _services.Worker.Id, outcome.BatchRows,
            new JobTimings(Math.Max(0, job.ClaimedAt - job.Spec.CreatedAt), Math.Max(0, startedAt - job.ClaimedAt), Math.Round(outcome.InferenceMs, 3)));
        return outcome.Failure switch
        {
            null => new FinishedJob(job, TensorCodec.ToArray(Wanted(job, outcome.Outputs!)), null, run),
            InferenceFailure.OutOfMemory => new FinishedJob(job, null, new JobError(JobErrorCodes.OutOfMemory, "The device ran out of memory on each attempt."), run),
            _ => new FinishedJob(job, null, new JobError(JobErrorCodes.InferenceFailed, "The model failed on these inputs."), run),
        };
    }

    private static IReadOnlyList<Tensor> Wanted(HeldJob job, IReadOnlyList<Tensor> outputs) =>
        job.Spec.Outputs is null ? outputs : [.. job.Spec.Outputs.Select(name => outputs.First(output => output.Name == name))];

    private void Measure(BatchOutcome[] outcomes)
    {
        var model = new KeyValuePair<string, object?>("model", Info.Model);
        foreach (var (rows, elapsed) in outcomes.Select(outcome => (outcome.BatchRows, outcome.InferenceMs)).Distinct())
        {
            InferenceTelemetry.BatchRows.Record(rows, model);
            InferenceTelemetry.InferenceDuration.Record(elapsed / 1000, model);
        }
    }
}

/// <summary>What every batch loop of a worker shares.</summary>
internal sealed record BatchLoopServices(
    JobClaims Claims, JobFinisher Finisher, HeldJobs Held, StoreRetry Retry, WorkerIdentity Worker, TimeProvider Time, ILogger<BatchLoop> Logger);
