using QueueInference.Core.Jobs;
using QueueInference.Core.Payloads;
using QueueInference.Core.Store;

namespace QueueInference.Api.Jobs;

/// <summary>Deletes the payloads whose time is over: of jobs that have ended, of results that have expired, of uploads that no job took.</summary>
/// <remarks>Several Apis may do so at once: a payload may be deleted twice.</remarks>
internal sealed class PayloadCleaner(IPayloadStore store, PayloadLedger ledger, Partitions partitions, TimeProvider time, ILogger<PayloadCleaner> logger) : BackgroundService
{
    private const int PerCall = 64;

    /// <summary>Payloads are large: none is kept for longer than it must be.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1), Rest = TimeSpan.FromSeconds(15);

    /// <summary>When a payload that could not be deleted is tried again, so that it does not stand in the way of others.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var cleaned = await Task.WhenAll(partitions.All.Select(partition => TryCleanAsync(partition, stoppingToken)));
            await Task.Delay(cleaned.All(done => done) ? Interval : Rest, time, stoppingToken);
        }
    }

    private async Task<bool> TryCleanAsync(string partition, CancellationToken cancellationToken)
    {
        try
        {
            await CleanAsync(partition, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is StoreUnavailableException or StoreFullException)
        {
            Log.CleaningFailed(logger, e.InnerException?.Message ?? e.Message);
            return false;
        }
    }

    private async Task CleanAsync(string partition, CancellationToken cancellationToken)
    {
        string[] due;
        do
        {
            due = await ledger.DueAsync(partition, PerCall, cancellationToken);
            foreach (var name in due)
            {
                await DeleteAsync(name, cancellationToken);
            }
        }
        while (due.Length == PerCall);
    }

    private async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            await store.DeleteAsync(name, cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            await ledger.NoteAsync(name, Again, cancellationToken);
            throw;
        }

        await ledger.DeletedAsync(name, cancellationToken);
    }
}
