namespace QueueInference.Chaos.Proxy;

/// <summary>How well a link carries bytes just now.</summary>
internal sealed class Weather
{
    private volatile TaskCompletionSource? _hole;

    /// <summary>Added to each direction.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>Of each direction of a connection; 0 for as fast as it goes.</summary>
    public int BytesPerSecond { get; set; }

    /// <summary>Bytes that came while nothing went on.</summary>
    public long Swallowed => Interlocked.Read(ref _swallowed);

    private long _swallowed;

    /// <summary>Nothing goes on any more; connections stay open, and new ones are taken.</summary>
    public void Close() => _hole ??= new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What was held back goes on.</summary>
    public void Open()
    {
        _hole?.TrySetResult();
        _hole = null;
    }

    /// <summary>Waits until so many bytes may go on.</summary>
    public async Task PassAsync(int bytes, CancellationToken cancellationToken)
    {
        if (BytesPerSecond > 0)
        {
            await Task.Delay(TimeSpan.FromSeconds((double)bytes / BytesPerSecond), cancellationToken);
        }

        if (_hole is { } hole)
        {
            Interlocked.Add(ref _swallowed, bytes);
            await hole.Task.WaitAsync(cancellationToken);
        }
    }
}
