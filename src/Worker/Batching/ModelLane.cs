using System.Collections.Concurrent;
using QueueInference.Contracts;
using QueueInference.Core.Hosting;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Jobs;
using QueueInference.Worker.Models;

namespace QueueInference.Worker.Batching;

/// <summary>The way of one model version's jobs: wait, be staged while the device is busy, run together, end.</summary>
/// <remarks>
/// Work-conserving: a free device runs what waits, now; while it is busy the next batch fills, and is sealed only when the device is free.
/// </remarks>
internal sealed class ModelLane : IDeviceLane, IDisposable
{
    private readonly object _gate = new();
    private readonly object _staging = new();
    private readonly BatchQueue _queue = new();
    private readonly ConcurrentBag<BatchStage> _spare = [];
    private readonly LoadedModel _model;
    private readonly DeviceLoop _device;
    private readonly LaneServices _services;
    private readonly LaneAdmission _admission;
    private readonly BatchRunner _runner;
    private readonly BatchEnds _ends;
    private readonly BatchSharing _sharing;
    private readonly BatchChooser _chooser;
    private BatchStage? _stage;
    private volatile bool _hasWork;
    private int _stagingQueued;

    public ModelLane(LoadedModel model, DeviceLoop device, LaneServices services)
    {
        (_model, _device, _services) = (model, device, services);
        Slots = DeviceCapacity.SlotsOf(model.Runner);
        _admission = new LaneAdmission(model);
        _chooser = new BatchChooser(model);
        var watchdog = new RunWatchdog(TimeSpan.FromMilliseconds(model.Settings.TimeoutMs), services.Time, services.Logger, Environment.FailFast);
        var watched = new WatchedRunner(model.Runner, watchdog);
        _runner = new BatchRunner(model, watched, services.Time, services.Logger);
        _sharing = new BatchSharing(model, watched, services.Logger);
        _ends = new BatchEnds(model, services, Return, Drop);
    }

    /// <summary>What it serves.</summary>
    public ModelVersionInfo Info => _model.Info;

    /// <summary>What is to be announced of it now.</summary>
    public ModelVersionInfo Describe() => _model.Describe();

    /// <summary>Slots of the device that a run takes.</summary>
    public int Slots { get; }

    /// <summary>Whether something waits.</summary>
    public bool HasWork => _hasWork;

    /// <summary>Adds a job whose inputs fit this version; else answers why not.</summary>
    public JobError? Enqueue(HeldJob job)
    {
        var refusal = _admission.Check(job);
        if (refusal is null)
        {
            Add(job);
        }

        return refusal;
    }

    /// <summary>Takes what is to run now, runs it, and hands over what came of it. On a thread of the device.</summary>
    public void RunNext()
    {
        List<BatchPart> parts = [];
        try
        {
            parts = Take();
            WakeOthers();
            RunAlone(parts);
        }
        catch (Exception e)
        {
            // A fault of ours must not end the thread: its jobs go back, the next batch runs.
            Log.LoopFailed(_services.Logger, e, Info.Model);
            parts.ForEach(part => GiveBack(part.Job));
        }
    }

    /// <summary>One suspect at a time in this process, whatever model and device: the next one is not charged before the end of this one is written.</summary>
    private void RunAlone(List<BatchPart> parts)
    {
        if (parts is not [{ Job.Alone: true }, ..])
        {
            RunTogether(parts);
            return;
        }

        lock (_services.Alone)
        {
            RunTogether(parts).Wait(LaneServices.EndPatience);
        }
    }

    /// <summary>Answers when what came of them is written.</summary>
    private Task RunTogether(List<BatchPart> parts)
    {
        List<Task> written = [];
        if (parts.Count > 0 && MayRun(parts[0].Job))
        {
            foreach (var batch in _sharing.Split(parts))
            {
                written.Add(Run(batch));
            }
        }

        return Task.WhenAll(written);
    }

    /// <summary>What is left may be for another thread, which has slept through the arrival of all this.</summary>
    private void WakeOthers()
    {
        if (_hasWork)
        {
            _device.Wake();
        }
    }

    public void Dispose()
    {
        _stage?.Dispose();
        foreach (var stage in _spare)
        {
            stage.Dispose();
        }

        _model.Dispose();
    }

    private void Add(HeldJob job)
    {
        lock (_gate)
        {
            _queue.Add(job);
            _hasWork = true;
        }

        _device.Wake();
        QueueStaging();
    }

    private List<BatchPart> Take()
    {
        lock (_gate)
        {
            _queue.RemoveTaken();
            var (parts, expired) = _chooser.Choose(_queue, Now());
            expired.RemoveAll(job => !job.TryMove(HeldPhase.Waiting, HeldPhase.Started));
            expired.ForEach(job => job.RowsTaken = job.Rows);
            _ = expired.Count > 0 ? _ends.ExpireAsync(expired) : null;
            parts.RemoveAll(part => part.FirstRow == 0 && !part.Job.TryMove(HeldPhase.Waiting, HeldPhase.Started));
            parts.ForEach(Mark);
            _queue.RemoveTaken();
            _hasWork = !_queue.IsEmpty;
            return parts;
        }
    }

    private static void Mark(BatchPart part)
    {
        part.Job.Cut ??= part.IsWhole ? null : new CutJob(part.Job.Rows);
        part.Job.RowsTaken += part.Rows;
    }

    /// <summary>A suspect is charged just before it runs, so that only the culprit of a crash is ever charged for it.</summary>
    private bool MayRun(HeldJob job)
    {
        if (!job.NeedsStart)
        {
            return true;
        }

        var ours = _services.Retry.RunAsync(() => _services.Claims.StartAsync(job.Lease, job.Attempt + 1, CancellationToken.None), LaneServices.StartPatience,
            CancellationToken.None).GetAwaiter().GetResult();
        Failpoint.Hit(FailpointNames.AfterStart);
        (job.Attempt, job.NeedsStart) = (job.Attempt + 1, false);
        if (!ours)
        {
            Drop(job);
            _services.Held.SettleLost(job);
        }

        return ours;
    }

    private Task Run(IReadOnlyList<BatchPart> parts)
    {
        var (batch, stage) = Seal(parts);
        QueueStaging();
        var startedAt = Now();
        Failpoint.Hit(FailpointNames.BeforeRun);
        var outcomes = _runner.Run(batch);
        Failpoint.Hit(FailpointNames.AfterRun);
        Free(stage);
        BatchMetrics.Record(_model, batch, outcomes.Parts);
        return _ends.Hand(outcomes, startedAt);
    }

    private (SealedBatch Batch, BatchStage? Stage) Seal(IReadOnlyList<BatchPart> parts)
    {
        if (!_chooser.NeedsStage(parts))
        {
            return (_chooser.Unstaged(parts), null);
        }

        BatchStage stage;
        lock (_staging)
        {
            (stage, _stage) = (_stage ?? Spare(), null);
        }

        return (_chooser.Staged(stage.Arrange(parts), stage.Read()), stage);
    }

    /// <summary>While the device is busy, what would run next is copied to where it will run, so that little is left to copy when the device is free.</summary>
    private void QueueStaging()
    {
        if (_chooser.CanStage && _hasWork && _device.IsBusy(Slots) && Interlocked.Exchange(ref _stagingQueued, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(lane => lane.Stage(), this, preferLocal: false);
        }
    }

    private void Stage()
    {
        Volatile.Write(ref _stagingQueued, 0);
        lock (_staging)
        {
            try
            {
                var next = Preview();
                if (_device.IsBusy(Slots) && _chooser.NeedsStage(next))
                {
                    (_stage ??= Spare()).Arrange(next);
                }
            }
            catch (Exception e)
            {
                // On a pool thread it would end the process. A half-made stage is not used; the seal meets the same fault, and gives the jobs back.
                Log.StagingFailed(_services.Logger, e, Info.Model);
                _stage?.Dispose();
                _stage = null;
            }
        }
    }

    private List<BatchPart> Preview()
    {
        lock (_gate)
        {
            return _chooser.Choose(_queue, Now()).Parts;
        }
    }

    private BatchStage Spare() => _spare.TryTake(out var stage) ? stage : new BatchStage(_model.Runner, _model.Buckets);

    private void Free(BatchStage? stage)
    {
        if (stage is not null)
        {
            stage.Clear();
            _spare.Add(stage);
        }
    }

    /// <summary>Lets a job wait again, to run alone.</summary>
    private void Return(HeldJob job)
    {
        (job.Alone, job.NeedsStart, job.RowsTaken) = (true, true, 0);
        if (job.TryMove(HeldPhase.Started, HeldPhase.Waiting))
        {
            Add(job);
        }
    }

    /// <summary>No more rows of it are run.</summary>
    private void Drop(HeldJob job)
    {
        lock (_gate)
        {
            job.RowsTaken = job.Rows;
        }
    }

    private void GiveBack(HeldJob job)
    {
        Drop(job);
        _services.Held.Settle(job, giveBack: true);
    }

    private long Now() => _services.Time.GetUtcNow().ToUnixTimeMilliseconds();
}
