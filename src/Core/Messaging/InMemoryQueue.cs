namespace QueueInference.Core.Messaging;

/// <summary>A queue within the process: who takes its messages, and those that nobody takes, which the transport would confirm and drop.</summary>
internal sealed class InMemoryQueue
{
    private readonly object _gate = new();
    private List<byte[]> _waiting = [];
    private InMemorySubscriber? _subscriber;
    private Task? _connected;

    /// <summary>Connects the endpoint, unless that has been done.</summary>
    public Task ConnectAsync(Func<Task> connect)
    {
        lock (_gate)
        {
            return _connected = _connected is null or { IsFaulted: true } or { IsCanceled: true } ? connect() : _connected;
        }
    }

    /// <summary>Gives the messages to this one from now on, in place of the one before; answers those that waited.</summary>
    public IReadOnlyList<byte[]> Enter(InMemorySubscriber subscriber)
    {
        lock (_gate)
        {
            _subscriber = subscriber;
            (var waiting, _waiting) = (_waiting, []);
            return waiting;
        }
    }

    /// <summary>Gives them to this one no longer.</summary>
    public void Leave(InMemorySubscriber subscriber)
    {
        lock (_gate)
        {
            _subscriber = _subscriber == subscriber ? null : _subscriber;
        }
    }

    /// <summary>Keeps a message if nobody takes any.</summary>
    public bool Keeps(byte[] body)
    {
        lock (_gate)
        {
            if (_subscriber is null)
            {
                _waiting.Add(body);
            }

            return _subscriber is null;
        }
    }

    /// <summary>Hands a message over.</summary>
    /// <exception cref="GiveBackException">Nobody takes it now.</exception>
    public Task HandleAsync(Delivery delivery)
    {
        InMemorySubscriber? subscriber;
        lock (_gate)
        {
            subscriber = _subscriber?.TryBegin() is true ? _subscriber : null;
        }

        return subscriber?.HandleAsync(delivery) ?? throw new GiveBackException("nobody subscribes");
    }
}

/// <summary>Who takes the messages of a queue.</summary>
internal sealed class InMemorySubscriber(InMemoryQueue queue, Func<Delivery, Task> handler) : IAsyncDisposable
{
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // One more than run, until it leaves.
    private int _running = 1;
    private int _hasLeft;

    /// <summary>One more message; the queue sees to it that none comes after it has left.</summary>
    public bool TryBegin() => Interlocked.Increment(ref _running) > 1;

    /// <summary>Handles one that has begun.</summary>
    public async Task HandleAsync(Delivery delivery)
    {
        try
        {
            await handler(delivery);
        }
        finally
        {
            End();
        }
    }

    /// <summary>Takes nothing any more; returns when what was taken is settled.</summary>
    public async ValueTask DisposeAsync()
    {
        queue.Leave(this);
        if (Interlocked.Exchange(ref _hasLeft, 1) == 0)
        {
            End();
        }

        await _idle.Task;
    }

    private void End()
    {
        if (Interlocked.Decrement(ref _running) == 0)
        {
            _idle.TrySetResult();
        }
    }
}
