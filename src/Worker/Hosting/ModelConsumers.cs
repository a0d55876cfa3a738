using System.Collections.Concurrent;
using QueueInference.Contracts;
using QueueInference.Core.Messaging;
using QueueInference.Worker.Jobs;

namespace QueueInference.Worker.Hosting;

/// <summary>Takes the messages of what is served: of each model, and of each version for the jobs that name it.</summary>
internal sealed class ModelConsumers(IJobBus bus, JobIntake intake, TimeProvider time, ILogger<ModelConsumers> logger) : IDisposable
{
    private const int AtATime = 8;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1), MismatchPause = TimeSpan.FromSeconds(10), LastRead = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, Consumer> _consumers = new();
    private readonly ConcurrentDictionary<string, bool> _last = new();
    private readonly SemaphoreSlim _room = new(AtATime);

    /// <summary>Ends once every queue that is wanted is read.</summary>
    public Task Begun => Task.WhenAll(_consumers.Values.Select(consumer => consumer.Begun));

    /// <summary>Begins with what is new.</summary>
    public void Begin(IEnumerable<ModelVersionInfo> served, CancellationToken cancellationToken)
    {
        foreach (var model in served.GroupBy(version => version.Model))
        {
            var prefetch = model.Max(Prefetch.Messages);
            foreach (var queue in Queues(model))
            {
                Begin(queue, prefetch, cancellationToken);
            }
        }
    }

    /// <summary>Takes nothing any more but what is for these; returns when what was taken is settled.</summary>
    public Task KeepAsync(IEnumerable<ModelVersionInfo> served)
    {
        var kept = served.GroupBy(version => version.Model).SelectMany(Queues).ToHashSet();
        return StopAsync(_consumers.Keys.Where(queue => !kept.Contains(queue) && !_last.ContainsKey(queue)));
    }

    /// <summary>Reads the queues of versions that nobody serves any more for the last time: who waits there learns that the version is gone.</summary>
    public async Task ReadOutAsync(IReadOnlyList<ModelVersionInfo> gone, Func<IEnumerable<ModelVersionInfo>> served, CancellationToken cancellationToken)
    {
        var queues = gone.SelectMany(Queues).ToList();
        foreach (var queue in queues)
        {
            _last[queue] = true;
            Begin(queue, AtATime, cancellationToken);
        }

        await Task.Delay(LastRead, time, cancellationToken);
        queues.ForEach(queue => _last.TryRemove(queue, out _));
        await KeepAsync(served());
    }

    /// <summary>Takes nothing any more; returns when what was taken is settled.</summary>
    public Task StopAsync() => StopAsync(_consumers.Keys);

    private void Begin(string queue, int prefetch, CancellationToken cancellationToken) =>
        _consumers.GetOrAdd(queue, name => new Consumer(this, name, prefetch, cancellationToken));

    private Task StopAsync(IEnumerable<string> queues) => Task.WhenAll(queues.Select(async queue =>
    {
        if (_consumers.TryRemove(queue, out var consumer))
        {
            await consumer.StopAsync();
        }
    }));

    private static IEnumerable<string> Queues(IGrouping<string, ModelVersionInfo> model) => Enum.GetValues<JobPriority>()
        .Select(priority => QueueNames.Run(model.Key, priority)).Concat(model.SelectMany(Queues));

    private static IEnumerable<string> Queues(ModelVersionInfo version) =>
        Enum.GetValues<JobPriority>().Select(priority => QueueNames.Run(version.Model, version.Version, priority));

    public void Dispose() => _room.Dispose();

    private async Task<IAsyncDisposable> SubscribeAsync(string queue, int prefetch, CancellationToken cancellationToken)
    {
        while (true)
        {
            var pause = Pause;
            await _room.WaitAsync(cancellationToken);
            try
            {
                return await bus.SubscribeAsync(queue, prefetch, intake.HandleAsync, cancellationToken);
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
                _room.Release();
            }

            await Task.Delay(pause, time, cancellationToken);
        }
    }

    /// <summary>The subscription to one queue, from its first try on.</summary>
    private sealed class Consumer
    {
        private readonly CancellationTokenSource _stop;

        public Consumer(ModelConsumers owner, string queue, int prefetch, CancellationToken cancellationToken)
        {
            _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Begun = owner.SubscribeAsync(queue, prefetch, _stop.Token);
        }

        public Task<IAsyncDisposable> Begun { get; }

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            try
            {
                await (await Begun).DisposeAsync();
            }
            catch (OperationCanceledException)
            {
                // It had not begun.
            }
            finally
            {
                _stop.Dispose();
            }
        }
    }
}
