using QueueInference.Contracts;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Jobs;
using QueueInference.Worker.Models;

namespace QueueInference.Worker.Batching;

/// <summary>Writes what came of batches while the next one runs.</summary>
/// <remarks>Only so many bytes of them are outstanding: results must not pile up in memory while the store is slow.</remarks>
internal sealed class BatchEnds(LoadedModel model, LaneServices services, Action<HeldJob> again, Action<HeldJob> drop)
{
    private const long MostBytes = 64 << 20;
    private readonly object _room = new();
    private long _outstanding;

    /// <summary>Hands the outcomes over; blocks while too many are outstanding.</summary>
    /// <param name="outcomes">Disposed once they are encoded.</param>
    /// <param name="startedAt">When the batch began, Unix milliseconds.</param>
    /// <returns>Ends when they are written, or given back.</returns>
    public Task Hand(BatchOutcomes outcomes, long startedAt)
    {
        var bytes = outcomes.Bytes;
        lock (_room)
        {
            while (_outstanding > 0 && _outstanding + bytes > MostBytes)
            {
                Monitor.Wait(_room);
            }

            _outstanding += bytes;
        }

        return Task.Run(() => EndAsync(outcomes, startedAt, bytes));
    }

    /// <summary>Jobs that were not run.</summary>
    public Task ExpireAsync(IEnumerable<HeldJob> jobs) =>
        services.Finisher.FinishAsync([.. jobs.Select(job => new FinishedJob(job, null, null, null) { Expired = true })]);

    private async Task EndAsync(BatchOutcomes outcomes, long startedAt, long bytes)
    {
        try
        {
            await services.Finisher.FinishAsync(await EncodeAsync(outcomes, startedAt));
        }
        catch (Exception e)
        {
            // Without this the jobs would be held, and their leases renewed, for ever.
            Log.LoopFailed(services.Logger, e, model.Info.Model);
            foreach (var outcome in outcomes.Parts)
            {
                services.Held.Settle(outcome.Part.Job, giveBack: true);
            }
        }
        finally
        {
            Release(bytes);
        }
    }

    private void Release(long bytes)
    {
        lock (_room)
        {
            _outstanding -= bytes;
            Monitor.PulseAll(_room);
        }
    }

    private async Task<List<FinishedJob>> EncodeAsync(BatchOutcomes outcomes, long startedAt)
    {
        using (outcomes)
        {
            var ends = new List<FinishedJob>(outcomes.Parts.Count);
            foreach (var outcome in outcomes.Parts)
            {
                if (await EndAsync(outcome, startedAt) is { } end)
                {
                    ends.Add(end);
                }
            }

            return ends;
        }
    }

    private async ValueTask<FinishedJob?> EndAsync(PartOutcome outcome, long startedAt)
    {
        var job = outcome.Part.Job;
        if (outcome.Failure is { } failure)
        {
            return Fail(job, failure, Run(outcome, startedAt, outcome.InferenceMs));
        }

        if (job.Cut is not { } cut)
        {
            return await SucceedAsync(job, outcome.Outputs!, Run(outcome, startedAt, outcome.InferenceMs));
        }

        return cut.Add(outcome.Part.FirstRow, outcome.Part.Rows, outcome.Outputs!, outcome.InferenceMs)
            ? await SucceedAsync(job, cut.Join(), Run(outcome, startedAt, cut.InferenceMs))
            : null;
    }

    private async ValueTask<FinishedJob> SucceedAsync(HeldJob job, IReadOnlyList<Tensor> outputs, JobRun run)
    {
        var wanted = job.Spec.Outputs is { } names ? [.. names.Select(name => outputs.First(output => output.Name == name))] : outputs;
        return new(job, await services.Outputs.EncodeAsync(job.Lease.Id, wanted), null, run);
    }

    private FinishedJob? Fail(HeldJob job, InferenceFailure failure, JobRun run)
    {
        if (job.Cut is { } cut)
        {
            drop(job);
            return cut.Fail() ? new FinishedJob(job, null, BatchErrors.Of(failure), run) : null;
        }

        if (failure == InferenceFailure.OutOfMemory && job.Attempt < job.Spec.MaxAttempts)
        {
            _ = TryAgainAsync(job);
            return null;
        }

        return new FinishedJob(job, null, BatchErrors.Of(failure), run);
    }

    /// <summary>Memory may be free in a moment: the job keeps its lease and message, waits here, and runs alone.</summary>
    private async Task TryAgainAsync(HeldJob job)
    {
        await Task.Delay(TimeSpan.FromSeconds(job.Attempt), services.Time);
        again(job);
    }

    private JobRun Run(PartOutcome outcome, long startedAt, double inferenceMs)
    {
        var job = outcome.Part.Job;
        return new(model.Info.Version, model.Info.Sha256, services.Worker.Id, outcome.BatchRows,
            new JobTimings(Math.Max(0, job.ClaimedAt - job.Spec.CreatedAt), Math.Max(0, startedAt - job.ClaimedAt), Math.Round(inferenceMs, 3)));
    }
}
