using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Store;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Hosting;
using QueueInference.Worker.Jobs;

namespace QueueInference.Worker.Residency;

/// <summary>Whose queues are read. With a memory budget only those of models that have jobs: a thousand idle models cost the broker nothing.</summary>
internal sealed class WarmModels(
    ModelMemory memory, ServedModels served, HeldJobs held, ModelConsumers consumers, WaitingModels waiting, WorkerReadiness readiness, TimeProvider time,
    ILogger<WarmModels> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.25), Rest = TimeSpan.FromMinutes(1);
    private readonly Dictionary<string, long> _usedAt = [];
    private HashSet<string> _warm = [];

    /// <summary>The versions whose queues are to be read.</summary>
    public IEnumerable<ModelVersionInfo> Versions => memory.IsBounded ? served.Versions.Where(version => Volatile.Read(ref _warm).Contains(version.Model)) : served.Versions;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.Announced.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Interval, time);
        while (memory.IsBounded && await timer.WaitForNextTickAsync(stoppingToken))
        {
            await LookAsync(stoppingToken);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FollowAsync(cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            // Redis comes back.
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NotAsked(logger, e.Message, e);
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var lanes = served.Lanes.ToLookup(lane => lane.Info.Model);
        var used = lanes.Where(model => model.Any(lane => lane.IsResident)).Select(model => model.Key).Concat(held.Jobs.Select(job => job.Spec.Model)).ToHashSet();
        used.UnionWith(await waiting.AmongAsync([.. lanes.Select(model => model.Key).Where(model => !used.Contains(model))], cancellationToken));
        foreach (var model in used)
        {
            _usedAt[model] = time.GetTimestamp();
        }

        await SetAsync([.. _usedAt.Where(model => lanes.Contains(model.Key) && time.GetElapsedTime(model.Value) < Rest).Select(model => model.Key)], cancellationToken);
    }

    /// <summary>What was not used for a while is read no longer; what has jobs is.</summary>
    private async Task SetAsync(HashSet<string> warm, CancellationToken cancellationToken)
    {
        var before = Interlocked.Exchange(ref _warm, warm);
        if (!warm.IsSubsetOf(before))
        {
            consumers.Begin(Versions, cancellationToken);
        }

        if (!before.IsSubsetOf(warm))
        {
            await Task.WhenAny(consumers.KeepAsync(Versions), Task.Delay(Rest, time, cancellationToken));
        }

        foreach (var cold in _usedAt.Keys.Except(warm).ToList())
        {
            _usedAt.Remove(cold);
        }
    }
}
