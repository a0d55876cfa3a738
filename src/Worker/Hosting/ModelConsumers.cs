using QueueInference.Contracts;
using QueueInference.Core.Messaging;
using QueueInference.Worker.Jobs;

namespace QueueInference.Worker.Hosting;

/// <summary>Takes the messages of what is served, of each model and of each version for the jobs that name it, and of versions that are gone.</summary>
internal sealed class ModelConsumers : IDisposable
{
    private const int AtATime = 8;
    private readonly SemaphoreSlim _room = new(AtATime);
    private readonly QueueSubscriptions _served, _gone;
    private readonly object _gate = new();
    private bool _isOver;

    public ModelConsumers(IJobBus bus, JobIntake intake, TimeProvider time, ILogger<ModelConsumers> logger)
    {
        _served = new QueueSubscriptions(bus, intake.HandleAsync, _room, time, logger);
        _gone = new QueueSubscriptions(bus, intake.HandleAsync, _room, time, logger);
    }

    /// <summary>Whether every queue of what is served is read.</summary>
    public bool HaveBegun => _served.HaveBegun;

    /// <summary>Begins with what is new.</summary>
    public void Begin(IEnumerable<ModelVersionInfo> served, CancellationToken cancellationToken) =>
        UnlessOver(() => _served.Begin(served.GroupBy(version => version.Model).SelectMany(Queues).ToDictionary(), cancellationToken));

    /// <summary>Takes nothing any more but what is for these; returns when what was taken is settled.</summary>
    public Task KeepAsync(IEnumerable<ModelVersionInfo> served) =>
        _served.KeepAsync(served.GroupBy(version => version.Model).SelectMany(Queues).Select(queue => queue.Key).ToHashSet());

    /// <summary>Takes the messages of versions that nobody serves, and of no others: who waits there learns that the version is gone.</summary>
    public void ReadOut(IEnumerable<(string Model, int Version)> gone, CancellationToken cancellationToken)
    {
        var queues = gone.SelectMany(version => Queues(version.Model, version.Version)).ToDictionary(queue => queue, _ => AtATime);
        UnlessOver(() =>
        {
            _ = _gone.KeepAsync(queues.Keys.ToHashSet());
            _gone.Begin(queues, cancellationToken);
        });
    }

    /// <summary>Takes nothing ever again; returns when what was taken is settled.</summary>
    public Task StopAsync()
    {
        lock (_gate)
        {
            _isOver = true;
            return Task.WhenAll(_served.KeepAsync(new HashSet<string>()), _gone.KeepAsync(new HashSet<string>()));
        }
    }

    public void Dispose() => _room.Dispose();

    /// <summary>The heartbeat goes on while the worker drains.</summary>
    private void UnlessOver(Action begin)
    {
        lock (_gate)
        {
            if (!_isOver)
            {
                begin();
            }
        }
    }

    /// <summary>With the messages to hold of each.</summary>
    private static IEnumerable<KeyValuePair<string, int>> Queues(IGrouping<string, ModelVersionInfo> model)
    {
        var prefetch = model.Max(Prefetch.Messages);
        return QueuesOf(model).Select(queue => KeyValuePair.Create(queue, prefetch));
    }

    /// <summary>The queues of a model and of its versions.</summary>
    public static IEnumerable<string> QueuesOf(IGrouping<string, ModelVersionInfo> model) =>
        Enum.GetValues<JobPriority>().Select(priority => QueueNames.Run(model.Key, priority)).Concat(model.SelectMany(version => Queues(version.Model, version.Version)));

    private static IEnumerable<string> Queues(string model, int version) =>
        Enum.GetValues<JobPriority>().Select(priority => QueueNames.Run(model, version, priority));
}
