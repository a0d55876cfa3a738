namespace QueueInference.Worker.Batching;

/// <summary>Bounds every run: one that takes too long is asked to stop, and one that does not stop ends the process.</summary>
/// <param name="timeout">How long a run may take.</param>
/// <param name="giveUp">Ends the process: a thread inside native code cannot be freed. The jobs go to other workers.</param>
internal sealed class RunWatchdog(TimeSpan timeout, TimeProvider time, ILogger logger, Action<string> giveUp)
{
    /// <summary>How long a run that was asked to stop may still take: it looks between two operators.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>Ends the process at once, with the reason on standard error.</summary>
    public void EndProcess(string reason) => giveUp(reason);

    /// <summary>Watches until it is disposed.</summary>
    public RunWatch Begin()
    {
        var stop = new CancellationTokenSource(timeout, time);
        var last = time.CreateTimer(_ => giveUp($"A run did not stop within {Grace.TotalSeconds} s of its limit of {timeout.TotalSeconds} s; this worker ends, its jobs go to others."),
            null, timeout + Grace, Timeout.InfiniteTimeSpan);
        stop.Token.Register(() => Log.RunStopped(logger, timeout.TotalSeconds));
        return new RunWatch(stop, last);
    }
}

/// <summary>One run under watch.</summary>
internal sealed class RunWatch(CancellationTokenSource stop, ITimer last) : IDisposable
{
    /// <summary>Asks the run to stop.</summary>
    public CancellationToken Token => stop.Token;

    public void Dispose()
    {
        last.Dispose();
        stop.Dispose();
    }
}
