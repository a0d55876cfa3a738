namespace QueueInference.Chaos.Proxy;

/// <summary>What is to be lost on a link. Each loss takes place once, on whichever connection comes first.</summary>
internal sealed class Losses
{
    /// <summary>A broker's ack to a publisher, and a consumer's ack to the broker. A store's reply goes by the name of its script.</summary>
    public const string Confirm = "confirm", Ack = "ack";

    private readonly object _gate = new();
    private readonly List<Loss> _armed = [];
    private int _count;

    /// <summary>Losses that took place.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>From now on the <paramref name="nth"/> of these is lost.</summary>
    /// <param name="what">What is to be lost.</param>
    /// <param name="nth">Which, from 1.</param>
    /// <param name="resets">Whether the connection is reset at once. A reply can only be lost with its connection.</param>
    public Loss Arm(string what, int nth = 1, bool resets = true)
    {
        var loss = new Loss(what, resets) { Left = nth };
        lock (_gate)
        {
            _armed.Add(loss);
        }

        return loss;
    }

    /// <summary>Nothing more is lost.</summary>
    public void Disarm()
    {
        lock (_gate)
        {
            _armed.Clear();
        }
    }

    /// <summary>One of these passes by; answers the loss that takes it, if one does.</summary>
    public Loss? Take(string what)
    {
        lock (_gate)
        {
            if (_armed.Find(one => one.What == what) is not { } loss || --loss.Left > 0)
            {
                return null;
            }

            _armed.Remove(loss);
            Interlocked.Increment(ref _count);
            loss.Take();
            return loss;
        }
    }
}

/// <summary>One thing that is to be lost.</summary>
internal sealed class Loss(string what, bool resets)
{
    private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string What => what;
    public bool Resets => resets;

    /// <summary>How many pass before it, and itself.</summary>
    public int Left { get; set; }

    public void Take() => _taken.TrySetResult();

    /// <summary>Waits until it has taken place; false when it did not.</summary>
    public async Task<bool> HappenedAsync(TimeSpan within) => await Task.WhenAny(_taken.Task, Task.Delay(within)) == _taken.Task;
}
