using QueueInference.Core.Jobs;
using QueueInference.Core.Messaging;
using QueueInference.Core.Store;

namespace QueueInference.Standalone;

/// <summary>At start: takes back what an earlier process had claimed, and publishes everything open, since the bus forgets.</summary>
internal sealed partial class OpenJobs(JobSweeps sweeps, JobReads reads, Partitions partitions, IJobBus bus, ILogger<OpenJobs> logger) : BackgroundService, IHostedLifecycleService
{
    /// <summary>Records read at a time. The messages hold ids only, so that a large backlog does not fill the memory.</summary>
    private const int Window = 1024;

    /// <summary>Of a call to the store, which takes seconds each where it does not answer.</summary>
    private const int MostTries = 60;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private List<JobId> _open = [];

    /// <summary>Before the Api takes new jobs and the worker claims any: only jobs of an earlier process are found.</summary>
    public async Task StartingAsync(CancellationToken cancellationToken) => _open = await FindAsync(cancellationToken);

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var window in _open.Chunk(Window))
        {
            await Task.WhenAll(window.Select(id => PublishAsync(id, stoppingToken)));
        }

        if (_open.Count > 0)
        {
            Recovered(logger, _open.Count);
            _open = [];
        }
    }

    private async Task<List<JobId>> FindAsync(CancellationToken cancellationToken)
    {
        var found = new List<JobId>();
        await TryAsync(async () =>
        {
            await partitions.EnsureAsync(cancellationToken);
            return true;
        }, cancellationToken);
        foreach (var partition in partitions.All)
        {
            // Voiding rescores jobs, so all are listed before the first is touched.
            var jobs = new List<(JobId Id, string Model)>();
            IReadOnlyList<(JobId, string)> chunk;
            do
            {
                chunk = await TryAsync(() => sweeps.OpenAsync(partition, jobs.Count, cancellationToken), cancellationToken);
                jobs.AddRange(chunk);
            }
            while (chunk.Count > 0);

            foreach (var group in jobs.GroupBy(job => job.Model).SelectMany(group => group.Chunk(64)))
            {
                found.AddRange(await TryAsync(() => sweeps.VoidAsync(group[0].Model, [.. group.Select(job => job.Id)], cancellationToken), cancellationToken));
            }
        }

        return found;
    }

    private async Task PublishAsync(JobId id, CancellationToken cancellationToken)
    {
        if (await TryAsync(() => reads.GetAsync(id, cancellationToken), cancellationToken) is { Spec: { } spec })
        {
            var body = JobGroupCodec.Encode([new Contracts.JobMessage(id.Text, spec, null)]);
            await bus.PublishAsync(QueueNames.Of(spec), body, cancellationToken);
        }
    }

    /// <summary>The store may be busy with its own recovery: neither is a job left out for that, nor does the start fail. Each call may be made again.</summary>
    private static async Task<T> TryAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await call();
            }
            catch (StoreUnavailableException e) when (tries < MostTries && e.InnerException is not StoreFormatException)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    [LoggerMessage(131, LogLevel.Information, "{Count} jobs of an earlier run go on")]
    private static partial void Recovered(ILogger logger, int count);
}
