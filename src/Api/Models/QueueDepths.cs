using QueueInference.Core.Jobs;
using QueueInference.Core.Store;

namespace QueueInference.Api.Models;

/// <summary>Queue depths for the metrics, read in the background: a scrape must not wait for Redis.</summary>
internal sealed class QueueDepths(ModelDirectory models, JobReads reads, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private volatile Dictionary<string, long> _depths = [];

    /// <summary>The depths read last.</summary>
    public IReadOnlyDictionary<string, long> Current => _depths;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            await ReadAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var depths = new Dictionary<string, long>();
            foreach (var model in (await models.ListAsync(cancellationToken)).Select(version => version.Model).Distinct())
            {
                depths[model] = (await reads.GetQueueAsync(model, cancellationToken)).Depth;
            }

            _depths = depths;
        }
        catch (StoreUnavailableException)
        {
            // The last known depths stand until Redis is back.
        }
    }
}
