using System.Collections.Concurrent;
using QueueInference.Core.Messaging;

namespace QueueInference.Worker.Hosting;

/// <summary>Subscriptions to queues that come and go.</summary>
/// <param name="bus">Where the queues are.</param>
/// <param name="handler">Takes every message.</param>
/// <param name="room">How many may begin at a time.</param>
/// <param name="time">Pauses.</param>
/// <param name="logger">Told why one cannot begin yet.</param>
internal sealed class QueueSubscriptions(IJobBus bus, Func<Delivery, Task> handler, SemaphoreSlim room, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1), MismatchPause = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<string, Subscription> _all = new();

    /// <summary>Whether every queue that is wanted is read.</summary>
    public bool HaveBegun => _all.Values.All(subscription => subscription.Begun.IsCompletedSuccessfully);

    /// <summary>Begins with what is new. A queue that is read with quite another prefetch is begun anew.</summary>
    public void Begin(IReadOnlyDictionary<string, int> prefetchByQueue, CancellationToken cancellationToken)
    {
        foreach (var (queue, prefetch) in prefetchByQueue)
        {
            var over = _all.TryGetValue(queue, out var old) && IsOther(old.Prefetch, prefetch) ? StopAsync(queue) : Task.CompletedTask;
            _all.GetOrAdd(queue, _ => new Subscription(this, queue, prefetch, over, cancellationToken));
        }
    }

    /// <summary>It follows from measured times, which are never twice the same; and nothing is taken while a queue is begun anew.</summary>
    private static bool IsOther(int before, int now) => now > 2 * before || before > 2 * now;

    /// <summary>Ends those to other queues; returns when what they took is settled.</summary>
    public Task KeepAsync(IReadOnlySet<string> queues) => Task.WhenAll(_all.Keys.Where(queue => !queues.Contains(queue)).Select(StopAsync));

    private Task StopAsync(string queue) => _all.TryRemove(queue, out var subscription) ? subscription.StopAsync() : Task.CompletedTask;

    private async Task<IAsyncDisposable> SubscribeAsync(string queue, int prefetch, CancellationToken cancellationToken)
    {
        while (true)
        {
            var pause = Pause;
            await room.WaitAsync(cancellationToken);
            try
            {
                return await bus.SubscribeAsync(queue, prefetch, handler, cancellationToken);
            }
            catch (QueueMismatchException) when (!cancellationToken.IsCancellationRequested)
            {
                // The log has it. An operator must act, and then nothing need be started again.
                pause = MismatchPause;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                Log.NotYet(logger, e.Message);
            }
            finally
            {
                room.Release();
            }

            await Task.Delay(pause, time, cancellationToken);
        }
    }

    /// <summary>The subscription to one queue, from its first try on.</summary>
    private sealed class Subscription
    {
        private readonly CancellationTokenSource _stop;
        private readonly Task _over;

        /// <param name="owner">Whose it is.</param>
        /// <param name="queue">The queue.</param>
        /// <param name="prefetch">Messages held at most.</param>
        /// <param name="over">The end of an earlier one to the same queue: the bus has one at a time.</param>
        /// <param name="cancellationToken">Ends the tries.</param>
        public Subscription(QueueSubscriptions owner, string queue, int prefetch, Task over, CancellationToken cancellationToken)
        {
            (Prefetch, _over) = (prefetch, over);
            _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Begun = BeginAsync(_stop.Token);

            async Task<IAsyncDisposable> BeginAsync(CancellationToken token)
            {
                await over.WaitAsync(token);
                return await owner.SubscribeAsync(queue, prefetch, token);
            }
        }

        public int Prefetch { get; }

        public Task<IAsyncDisposable> Begun { get; }

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            try
            {
                await (await Begun).DisposeAsync();
            }
            catch (Exception e) when (_stop.IsCancellationRequested && e is not OutOfMemoryException)
            {
                // It had not begun.
            }
            finally
            {
                _stop.Dispose();
                await _over;
            }
        }
    }
}
