using QueueInference.Core.Jobs;
using QueueInference.Core.Store;

namespace QueueInference.Api.Jobs;

/// <summary>Learns of partitions that others have made, and tells of those of this process: whoever lists, sweeps or delivers must know them all.</summary>
internal sealed class PartitionKeeper(Partitions partitions, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15), Again = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(await TryAsync(stoppingToken) ? Interval : Again, time, stoppingToken);
        }
    }

    private async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            await partitions.EnsureAsync(cancellationToken);
            return true;
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }
}
