namespace QueueInference.Worker.Batching;

/// <summary>Runs the models of one device on threads of its own: pick a model, run its next batch, charge it for the time.</summary>
/// <remarks>
/// A run takes some of the device's slots, and as many run side by side as find room. A model that needs more than is free waits for it,
/// and the others behind it, or small models would never let a large one in.
/// </remarks>
internal sealed class DeviceLoop : IDisposable
{
    private readonly object _gate = new();
    private readonly FairTurns<IDeviceLane> _turns = new();
    private readonly Thread[] _threads;
    private readonly TimeProvider _time;
    private int _free;
    private bool _completed;

    public DeviceLoop(string device, int slots, TimeProvider time)
    {
        (_time, _free) = (time, slots);
        _threads = [.. Enumerable.Range(0, slots).Select(i => new Thread(Loop) { IsBackground = true, Name = $"{device} #{i}" })];
        Array.ForEach(_threads, thread => thread.Start());
    }

    /// <summary>Whether a run with so many slots would have to wait: what comes now may be staged.</summary>
    public bool IsBusy(int slots) => Volatile.Read(ref _free) < slots;

    public void Add(IDeviceLane lane)
    {
        lock (_gate)
        {
            _turns.Add(lane);
        }
    }

    /// <summary>A lane gets no more turns; one that it has now goes on.</summary>
    public void Remove(IDeviceLane lane)
    {
        lock (_gate)
        {
            _turns.Remove(lane);
        }
    }

    /// <summary>A lane has work.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Ends after the batches that run now; false when one of them does not end.</summary>
    public bool Complete()
    {
        lock (_gate)
        {
            _completed = true;
            Monitor.PulseAll(_gate);
        }

        return Array.TrueForAll(_threads, thread => thread.Join(TimeSpan.FromSeconds(30)));
    }

    public void Dispose() => Complete();

    private void Loop()
    {
        while (Next() is { } lane)
        {
            var started = _time.GetTimestamp();
            lane.RunNext();
            Leave(lane, _time.GetElapsedTime(started));
        }
    }

    private IDeviceLane? Next()
    {
        lock (_gate)
        {
            while (!_completed)
            {
                if (_turns.Next(lane => lane.HasWork) is { } lane && lane.Slots <= _free)
                {
                    _free -= lane.Slots;
                    return lane;
                }

                Monitor.Wait(_gate);
            }

            return null;
        }
    }

    /// <summary>Charges the time on each slot, and lets others in.</summary>
    private void Leave(IDeviceLane lane, TimeSpan time)
    {
        lock (_gate)
        {
            _free += lane.Slots;
            _turns.Charge(lane, lane.Slots * time);
            Monitor.PulseAll(_gate);
        }
    }
}
