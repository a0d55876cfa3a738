using QueueInference.Core.Store;

namespace QueueInference.Worker.Jobs;

/// <summary>Waits out a Redis that is away. Every script may be run again, so trying is all it takes.</summary>
internal sealed class StoreRetry(TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Runs the call until it answers or <paramref name="patience"/> is over.</summary>
    /// <exception cref="StoreUnavailableException">It never answered.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> call, TimeSpan patience, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await call();
            }
            catch (StoreUnavailableException) when (time.GetElapsedTime(started) < patience)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }
}
