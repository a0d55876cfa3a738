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
internal sealed partial class ModelLane : IDeviceLane, IDisposable
{
    private readonly object _gate = new();
    private readonly BatchQueue _queue = new();
    private readonly LoadedModel _model;
    private readonly DeviceLoop _device;
    private readonly LaneServices _services;
    private readonly LaneAdmission _admission;
    private readonly BatchRunner _runner;
    private readonly BatchEnds _ends;
    private readonly BatchSharing _sharing;
    private readonly BatchChooser _chooser;
    private readonly SuspectRuns _suspects;
    private readonly StageAhead _ahead;
    private volatile bool _hasWork;
    private volatile bool _isResting;
    private bool _closed;
    private int _running;
    private long _deviceTicks, _usedAt;

    public ModelLane(LoadedModel model, DeviceLoop device, LaneServices services)
    {
        (_model, _device, _services) = (model, device, services);
        _isResting = Place is { IsIn: false };
        _usedAt = services.Time.GetTimestamp();
        _admission = new LaneAdmission(model);
        _chooser = new BatchChooser(model);
        _ahead = new StageAhead(model, _chooser, services.Logger, isWanted: () => _hasWork && !_isResting && device.IsBusy(Slots), Preview);
        var watchdog = new RunWatchdog(TimeSpan.FromMilliseconds(model.Settings.TimeoutMs), services.Time, services.Logger, Environment.FailFast);
        var watched = new WatchedRunner(model.Runner, watchdog);
        _runner = new BatchRunner(model, watched, services.Time, services.Logger);
        _sharing = new BatchSharing(model, watched, services.Logger);
        _suspects = new SuspectRuns(services, Drop);
        _ends = new BatchEnds(model, services, Return, Drop);
    }

    /// <summary>What it serves.</summary>
    public ModelVersionInfo Info => _model.Info;

    /// <summary>What <c>model.json</c> says.</summary>
    public ModelSettings Settings => _model.Settings;

    /// <summary>What is to be announced of it now.</summary>
    public ModelVersionInfo Describe() => _model.Describe();

    /// <summary>Slots of the device that a run takes.</summary>
    public int Slots => DeviceCapacity.SlotsOf(_model.Runner);

    /// <summary>Whether something waits.</summary>
    public bool HasWork => _hasWork;

    /// <summary>Whether no batch of it runs now.</summary>
    public bool IsStill => Volatile.Read(ref _running) == 0;

    /// <summary>Adds a job whose inputs fit this version.</summary>
    /// <param name="job">The job.</param>
    /// <param name="refusal">Why it does not fit, or null.</param>
    /// <returns>False when this lane takes no more jobs, and another is to be found.</returns>
    public bool TryEnqueue(HeldJob job, out JobError? refusal)
    {
        refusal = _admission.Check(job);
        if (refusal is not null)
        {
            return true;
        }

        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            job.Lane = this;
            // Before it is queued: it may run, and its inputs be gone, at once.
            _services.Traffic?.Took(this, job);
            Volatile.Write(ref _usedAt, _services.Time.GetTimestamp());
            Queue(job);
        }

        Announce();
        return true;
    }

    /// <summary>Takes no more jobs, and gives away those that have not begun.</summary>
    /// <param name="stays">Those that only this version may run.</param>
    public IReadOnlyList<HeldJob> Close(Func<HeldJob, bool> stays)
    {
        lock (_gate)
        {
            _closed = true;
            return GiveAway(job => !stays(job));
        }
    }

    /// <summary>Gives away jobs that have not begun.</summary>
    public IReadOnlyList<HeldJob> GiveAway(Predicate<HeldJob> chosen)
    {
        lock (_gate)
        {
            var leaving = _queue.Remove(job => job.Phase == HeldPhase.Waiting && job.RowsTaken == 0 && chosen(job));
            _hasWork = !_queue.IsEmpty;
            return leaving;
        }
    }

    /// <summary>Takes a job back that no other version may run.</summary>
    public void TakeBack(HeldJob job) => Add(job);

    /// <summary>Takes what is to run now, runs it, and hands over what came of it. On a thread of the device.</summary>
    public void RunNext()
    {
        List<BatchPart> parts = [];
        var started = _services.Time.GetTimestamp();
        Interlocked.Increment(ref _running);
        try
        {
            parts = Take();
            WakeOthers();
            _suspects.RunAlone(parts, RunTogether);
        }
        catch (Exception e)
        {
            // A fault of ours must not end the thread: its jobs go back, the next batch runs.
            Log.LoopFailed(_services.Logger, e, Info.Model);
            parts.ForEach(part => GiveBack(part.Job));
        }
        finally
        {
            Interlocked.Add(ref _deviceTicks, Slots * _services.Time.GetElapsedTime(started).Ticks);
            Interlocked.Decrement(ref _running);
        }
    }

    /// <summary>Answers when what came of them is written.</summary>
    private Task RunTogether(List<BatchPart> parts)
    {
        List<Task> written = [];
        if (parts.Count > 0 && _suspects.MayRun(parts[0].Job))
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

    /// <summary>It gets no more turns.</summary>
    public void Leave() => _device.Remove(this);

    public void Dispose()
    {
        _ahead.Dispose();
        _model.Dispose();
    }

    private void Add(HeldJob job)
    {
        lock (_gate)
        {
            Queue(job);
        }

        Announce();
    }

    private void Queue(HeldJob job)
    {
        _queue.Add(job);
        _hasWork = true;
    }

    private void Announce()
    {
        _device.Wake();
        _ahead.Queue();
    }

    private List<BatchPart> Take()
    {
        lock (_gate)
        {
            if (_isResting)
            {
                return [];
            }

            _queue.RemoveTaken();
            var (parts, expired) = _chooser.Choose(_queue, Now());
            Expire(expired);
            parts.RemoveAll(part => part.FirstRow == 0 && !part.Job.TryMove(HeldPhase.Waiting, HeldPhase.Started));
            parts.ForEach(Mark);
            _queue.RemoveTaken();
            _hasWork = !_queue.IsEmpty;
            return parts;
        }
    }

    private void Expire(IReadOnlyList<HeldJob> jobs)
    {
        var expired = jobs.Where(job => job.TryMove(HeldPhase.Waiting, HeldPhase.Started)).ToList();
        expired.ForEach(job => job.RowsTaken = job.Rows);
        _ = expired.Count > 0 ? _ends.ExpireAsync(expired) : null;
    }

    private static void Mark(BatchPart part)
    {
        part.Job.Cut ??= part.IsWhole ? null : new CutJob(part.Job.Rows);
        part.Job.RowsTaken += part.Rows;
    }

    private Task Run(IReadOnlyList<BatchPart> parts)
    {
        var (batch, stage) = _ahead.Seal(parts);
        _ahead.Queue();
        var startedAt = Now();
        Failpoint.Hit(FailpointNames.BeforeRun);
        var outcomes = _runner.Run(batch);
        Failpoint.Hit(FailpointNames.AfterRun);
        _ahead.Free(stage);
        BatchMetrics.Record(_model, batch, outcomes.Parts);
        _services.Traffic?.Ran(this, outcomes.Parts);
        Sample(outcomes.Parts, startedAt);
        return _ends.Hand(outcomes, startedAt);
    }

    /// <summary>Only what a run has answered: another version must not be warmed with what ends it.</summary>
    private void Sample(IReadOnlyList<PartOutcome> parts, long now)
    {
        if (parts is [{ Failure: null, Part.Job: { Alone: false } job }, ..])
        {
            _model.Samples.Offer(Info.Signature, job.Inputs, now);
        }
    }

    private List<BatchPart> Preview()
    {
        lock (_gate)
        {
            return _chooser.Choose(_queue, Now()).Parts;
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
