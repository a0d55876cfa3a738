using System.Collections.Concurrent;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Messaging;
using QueueInference.Core.Store;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Hosting;
using QueueInference.Worker.Jobs;

namespace QueueInference.Worker.Residency;

/// <summary>Whose queues are read. With a memory budget only those of models that have jobs: a thousand idle models cost the broker nothing.</summary>
internal sealed class WarmModels(
    ModelMemory memory, ServedModels served, HeldJobs held, ModelConsumers consumers, WaitingModels waiting, Partitions partitions, IJobBus bus, WorkerReadiness readiness, TimeProvider time,
    ILogger<WarmModels> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.25), Rest = TimeSpan.FromMinutes(1);

    // Well within the time after which the sweeper takes a job for lost whose worker died.
    private static readonly TimeSpan Round = TimeSpan.FromMinutes(2), LeastPause = TimeSpan.FromSeconds(0.1), MostPause = TimeSpan.FromSeconds(10), Known = TimeSpan.FromSeconds(15);
    private const int QueuesAtATime = 48;

    private readonly ConcurrentQueue<string> _found = [];
    private readonly Dictionary<string, long> _usedAt = [];
    private long _knownAt;
    private HashSet<string> _warm = [];

    /// <summary>The versions whose queues are to be read.</summary>
    public IEnumerable<ModelVersionInfo> Versions => memory.IsBounded ? served.Versions.Where(version => Volatile.Read(ref _warm).Contains(version.Model)) : served.Versions;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.Announced.WaitAsync(stoppingToken);
        await (memory.IsBounded ? Task.WhenAll(FollowStoreAsync(stoppingToken), FollowBrokerAsync(stoppingToken)) : Task.CompletedTask);
    }

    private async Task FollowStoreAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            await TryAsync(() => FollowAsync(cancellationToken), cancellationToken);
        }
    }

    /// <summary>The store does not know of every message: its job may be claimed by a worker that has died, or be forgotten by a Redis that lost its tail.</summary>
    private async Task FollowBrokerAsync(CancellationToken cancellationToken)
    {
        var pause = LeastPause;
        while (true)
        {
            var cold = served.Versions.Where(version => !Volatile.Read(ref _warm).Contains(version.Model)).GroupBy(version => version.Model)
                .SelectMany(model => ModelConsumers.QueuesOf(model).Select(queue => (Queue: queue, Model: model.Key))).Chunk(QueuesAtATime).ToList();
            foreach (var some in cold)
            {
                await TryAsync(() => AskAsync(some, cancellationToken), cancellationToken);
                await Task.Delay(pause, time, cancellationToken);
            }

            // The first round is as fast as it can be.
            pause = TimeSpan.FromTicks(Math.Clamp(Round.Ticks / Math.Max(1, cold.Count), LeastPause.Ticks, MostPause.Ticks));
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private async Task AskAsync((string Queue, string Model)[] some, CancellationToken cancellationToken)
    {
        var queues = some.ToDictionary(queue => queue.Queue, queue => queue.Model);
        foreach (var queue in await bus.WithMessagesAsync(queues.Keys, cancellationToken))
        {
            _found.Enqueue(queues[queue]);
        }
    }

    private async Task TryAsync(Func<Task> look, CancellationToken cancellationToken)
    {
        try
        {
            await look();
        }
        catch (Exception e) when (e is StoreUnavailableException or BrokerUnavailableException)
        {
            // They come back.
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NotAsked(logger, e.Message, e);
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        if (_knownAt == 0 || time.GetElapsedTime(_knownAt) > Known)
        {
            _knownAt = time.GetTimestamp();
            // One node of the store that is away must not keep the jobs of others from being found.
            await TryAsync(() => partitions.EnsureAsync(cancellationToken), cancellationToken);
        }

        var lanes = served.Lanes.ToLookup(lane => lane.Info.Model);
        var used = lanes.Where(model => model.Any(lane => lane.IsResident)).Select(model => model.Key).Concat(held.Jobs.Select(job => job.Spec.Model)).ToHashSet();
        used.UnionWith(await waiting.AmongAsync([.. lanes.Select(model => model.Key).Where(model => !used.Contains(model))], cancellationToken));
        while (_found.TryDequeue(out var model))
        {
            used.Add(model);
        }

        foreach (var model in used)
        {
            _usedAt[model] = time.GetTimestamp();
        }

        Set([.. _usedAt.Where(model => lanes.Contains(model.Key) && time.GetElapsedTime(model.Value) < Rest).Select(model => model.Key)], cancellationToken);
    }

    /// <summary>What was not used for a while is read no longer; what has jobs is.</summary>
    private void Set(HashSet<string> warm, CancellationToken cancellationToken)
    {
        var before = Interlocked.Exchange(ref _warm, warm);
        if (!warm.IsSubsetOf(before))
        {
            consumers.Begin(Versions, cancellationToken);
        }

        if (!before.IsSubsetOf(warm))
        {
            // What these still hold, they settle by themselves.
            _ = consumers.KeepAsync(Versions);
        }

        foreach (var cold in _usedAt.Keys.Except(warm).ToList())
        {
            _usedAt.Remove(cold);
        }
    }
}
