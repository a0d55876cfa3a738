using QueueInference.Worker.Inference;
using QueueInference.Worker.Jobs;
using QueueInference.Worker.Models;
using QueueInference.Worker.Residency;

namespace QueueInference.Worker.Batching;

/// <summary>A lane may rest while its model is not in memory: jobs wait in it all the same.</summary>
internal sealed partial class ModelLane
{
    /// <summary>Its place in memory; null where it has one for good.</summary>
    public ResidentRunner? Place => _model.Place;

    /// <summary>Whether its batches run: it is in memory, and is to stay there.</summary>
    public bool IsResident => !_isResting;

    /// <summary>How long ago it had a job, or came into memory.</summary>
    public TimeSpan Idle => _services.Time.GetElapsedTime(Volatile.Read(ref _usedAt));

    /// <summary>Time of its device that it has had.</summary>
    public TimeSpan DeviceTime => new(Volatile.Read(ref _deviceTicks));

    /// <summary>The version and what is known about running it.</summary>
    public LoadedModel Model => _model;

    /// <summary>Whether anything runs on its device, or waits for it here.</summary>
    public bool IsDeviceBusy => _hasWork || _device.IsBusy(DeviceCapacity.Of(_model.Runner.Device));

    /// <summary>Batches run from now on: it is in memory.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            _isResting = false;
        }

        Volatile.Write(ref _usedAt, _services.Time.GetTimestamp());
        _device.Add(this);
        Announce();
    }

    /// <summary>No batch begins from now on; jobs wait. Once it <see cref="IsStill"/>, it may be put out of memory.</summary>
    public void Rest()
    {
        lock (_gate)
        {
            _isResting = true;
        }

        _device.Remove(this);
    }

    /// <summary>Counts as a run, until it is given back: while the model is brought in and warmed, nobody may dispose it.</summary>
    public LaneLoan Hold()
    {
        Interlocked.Increment(ref _running);
        return new LaneLoan(_model.Runner, () => Interlocked.Decrement(ref _running));
    }

    /// <summary>Lets go of what must not be run any more, while nothing runs.</summary>
    public void Tidy()
    {
        lock (_gate)
        {
            _queue.RemoveTaken();
            Expire(_queue.Remove(job => job.IsExpired(Now())));
            _hasWork = !_queue.IsEmpty;
        }
    }

    /// <summary>Gives back, with their messages, all that are left: none of them will be run here.</summary>
    public void GiveUp()
    {
        lock (_gate)
        {
            _queue.RemoveTaken();
            foreach (var job in _queue.Remove(_ => true))
            {
                GiveBack(job);
            }

            _hasWork = false;
        }
    }

    /// <summary>Puts it out of memory; its jobs wait until it comes back.</summary>
    public void PutOut()
    {
        _ahead.Dispose();
        Place!.TakeOut();
    }

    /// <summary>Lends the model; null where it is about to be unloaded.</summary>
    public LaneLoan? Borrow()
    {
        lock (_gate)
        {
            if (_closed || _isResting)
            {
                return null;
            }

            Interlocked.Increment(ref _running);
            return new LaneLoan(_model.Runner, () => Interlocked.Decrement(ref _running));
        }
    }
}
