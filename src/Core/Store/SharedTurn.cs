namespace QueueInference.Core.Store;

/// <summary>One call at a time: whoever comes while one is under way shares the next, which begins after he came.</summary>
internal sealed class SharedTurn
{
    private readonly Lock _lock = new();
    private Task _running = Task.CompletedTask;
    private Task? _next;

    /// <summary>Ends with a call that began after this.</summary>
    public Task TakeAsync(Func<Task> call)
    {
        lock (_lock)
        {
            return _next ??= RunAsync(_running, call);
        }
    }

    private async Task RunAsync(Task before, Func<Task> call)
    {
        // Let go of the lock, so that the next one is known.
        await Task.Yield();
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            (_running, _next) = (_next!, null);
        }

        await call();
    }
}
