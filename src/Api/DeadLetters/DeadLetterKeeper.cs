using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using QueueInference.Api.Hosting;
using QueueInference.Core.DeadLetters;
using QueueInference.Core.Messaging;
using QueueInference.Core.Store;

namespace QueueInference.Api.DeadLetters;

/// <summary>Moves dead letters from the broker to the store, each once: there they can be looked at without being delivered again.</summary>
/// <remarks>Several Apis may do so at once. A letter is stored before the broker may forget it; one that comes twice is the same.</remarks>
internal sealed class DeadLetterKeeper(
    IDeadLetterQueues queues, DeadLetterStore store, IOptions<ApiOptions> options, TimeProvider time, ILogger<DeadLetterKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5), Pause = TimeSpan.FromSeconds(1);
    private volatile Measurement<long>[] _counts = [];

    /// <summary>How many there are, by place.</summary>
    public IEnumerable<Measurement<long>> Counts => _counts;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await WatchAsync(stoppingToken))
        {
            await Task.Delay(Interval, time, stoppingToken);
        }
    }

    /// <summary>Until broker or store are away; false where there is nothing to watch.</summary>
    private async Task<bool> WatchAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var reader = await queues.OpenAsync(cancellationToken);
            while (reader is not null)
            {
                await KeepAllAsync(reader, cancellationToken);
                await Task.Delay(Interval, time, cancellationToken);
            }

            return false;
        }
        catch (Exception e) when (IsAway(e))
        {
            Log.NotKept(logger, e.InnerException?.Message ?? e.Message);
            return true;
        }
    }

    private async Task KeepAllAsync(IDeadLetterReader reader, CancellationToken cancellationToken)
    {
        while (await HasRoomAsync(reader, cancellationToken) && await reader.FetchAsync(cancellationToken) is { } found)
        {
            await KeepAsync(found, cancellationToken);
            await reader.SettleAsync(found, cancellationToken);
        }
    }

    /// <summary>Asked before each fetch: what is fetched and given back counts as a delivery, and too many of those lose a message.</summary>
    private async Task<bool> HasRoomAsync(IDeadLetterReader reader, CancellationToken cancellationToken)
    {
        var onBroker = await reader.CountAsync(cancellationToken);
        var (hasRoom, kept) = await store.RoomAsync(options.Value.MaxDeadLetterBytes, onBroker, cancellationToken);
        _counts = [new(kept, new KeyValuePair<string, object?>("place", "store")), new(onBroker, new KeyValuePair<string, object?>("place", "broker"))];
        if (!hasRoom && onBroker > 0)
        {
            Log.NoRoom(logger, onBroker);
        }

        return hasRoom;
    }

    /// <summary>A letter in hand is held until the store has it.</summary>
    private async Task KeepAsync(FoundLetter found, CancellationToken cancellationToken)
    {
        while (!await TryKeepAsync(found, cancellationToken))
        {
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private async Task<bool> TryKeepAsync(FoundLetter found, CancellationToken cancellationToken)
    {
        try
        {
            if (await store.KeepAsync(found.Letter, found.Body, cancellationToken))
            {
                Log.Kept(logger, found.Letter.Kind, found.Letter.Queue, found.Letter.Reason, found.Letter.Jobs?.Count, found.Letter.Bytes, found.Letter.Id);
            }

            return true;
        }
        catch (Exception e) when (IsAway(e))
        {
            Log.NotKept(logger, e.InnerException?.Message ?? e.Message);
            return false;
        }
    }

    private static bool IsAway(Exception e) => e is BrokerUnavailableException or StoreUnavailableException or StoreFullException;
}
