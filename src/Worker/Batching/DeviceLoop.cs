namespace QueueInference.Worker.Batching;

/// <summary>Runs the models of one device on threads of its own: pick a model, run its next batch, charge it for the time.</summary>
/// <remarks>A GPU has two threads, so that the copies of one batch overlap the run of the other; a CPU one, whose run uses every core.</remarks>
internal sealed class DeviceLoop : IDisposable
{
    private readonly object _gate = new();
    private readonly FairTurns<ModelLane> _turns = new();
    private readonly Thread[] _threads;
    private readonly TimeProvider _time;
    private int _running;
    private bool _completed;

    public DeviceLoop(string device, int threads, TimeProvider time)
    {
        _time = time;
        _threads = [.. Enumerable.Range(0, threads).Select(i => new Thread(Loop) { IsBackground = true, Name = $"{device} #{i}" })];
        Array.ForEach(_threads, thread => thread.Start());
    }

    /// <summary>Whether every thread runs a batch: what comes now has to wait, and may be staged.</summary>
    public bool IsBusy => Volatile.Read(ref _running) == _threads.Length;

    public void Add(ModelLane lane)
    {
        lock (_gate)
        {
            _turns.Add(lane);
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
            Interlocked.Increment(ref _running);
            var started = _time.GetTimestamp();
            lane.RunNext();
            Interlocked.Decrement(ref _running);
            Charge(lane, _time.GetElapsedTime(started));
        }
    }

    private ModelLane? Next()
    {
        lock (_gate)
        {
            while (!_completed)
            {
                if (_turns.Next(lane => lane.HasWork) is { } lane)
                {
                    return lane;
                }

                Monitor.Wait(_gate);
            }

            return null;
        }
    }

    private void Charge(ModelLane lane, TimeSpan time)
    {
        lock (_gate)
        {
            _turns.Charge(lane, time);
        }
    }
}
