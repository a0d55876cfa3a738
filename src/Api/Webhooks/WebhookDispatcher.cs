using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using QueueInference.Contracts;
using QueueInference.Core.Hosting;
using QueueInference.Core.Jobs;
using QueueInference.Core.Store;
using QueueInference.Core.Telemetry;

namespace QueueInference.Api.Webhooks;

/// <summary>Delivers what the outbox holds. Everything it knows is in the store, so the schedule survives a restart.</summary>
internal sealed class WebhookDispatcher(
    WebhookOutbox outbox, JobReads reads, Partitions partitions, WebhookSender sender, IOptions<WebhookOptions> options, TimeProvider time, ILogger<WebhookDispatcher> logger)
    : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250), Margin = TimeSpan.FromSeconds(15), NotYet = TimeSpan.FromSeconds(5), Crowded = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _slots = new(options.Value.Concurrency);

    /// <summary>Attempts in flight per host: a dead endpoint may take a quarter of the slots, never all of them.</summary>
    private readonly ConcurrentDictionary<string, int> _busy = new();

    public override void Dispose()
    {
        _slots.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Poll, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var partition in partitions.All)
            {
                await TakeAsync(partition, stoppingToken);
            }
        }
    }

    /// <summary>Takes no more than there are free slots, so that what is taken is sent within its lease.</summary>
    private async Task TakeAsync(string partition, CancellationToken cancellationToken)
    {
        try
        {
            if (_slots.CurrentCount == 0)
            {
                return;
            }

            foreach (var id in await outbox.TakeDueAsync(partition, _slots.CurrentCount, options.Value.Timeout + Margin, cancellationToken))
            {
                await _slots.WaitAsync(cancellationToken);
                _ = DeliverAsync(id, cancellationToken);
            }
        }
        catch (StoreUnavailableException)
        {
            // The next poll tries again.
        }
    }

    private async Task DeliverAsync(JobId id, CancellationToken cancellationToken)
    {
        try
        {
            Failpoint.Hit(FailpointNames.AfterTake);
            await AttemptAsync(id, cancellationToken);
        }
        catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
        {
            // The lease on the entry runs out and it is taken again.
        }
        catch (Exception e)
        {
            Log.DeliveryFailed(logger, e, id.Text);
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task AttemptAsync(JobId id, CancellationToken cancellationToken)
    {
        if (await outbox.GetAsync(id, cancellationToken) is not { } delivery)
        {
            await PrepareAsync(id, cancellationToken);
            if (await outbox.GetAsync(id, cancellationToken) is not { } prepared)
            {
                return;
            }

            delivery = prepared;
        }

        var url = new Uri(delivery.Url);
        if (_busy.AddOrUpdate(url.Host, 1, (_, count) => count + 1) > Math.Max(1, options.Value.Concurrency / 4))
        {
            _busy.AddOrUpdate(url.Host, 0, (_, count) => count - 1);
            await outbox.RetryAsync(id, Crowded, delivery.Attempts, cancellationToken);
            return;
        }

        var outcome = await SendAsync(id, url, delivery.Body, cancellationToken);
        Failpoint.Hit(FailpointNames.AfterPost);
        InferenceTelemetry.Deliveries.Add(1, new KeyValuePair<string, object?>("outcome", outcome.GetType().Name.ToLowerInvariant()));
        await SettleAsync(id, outcome, delivery.Attempts + 1, cancellationToken);
    }

    private async Task<DeliveryOutcome> SendAsync(JobId id, Uri url, byte[] body, CancellationToken cancellationToken)
    {
        try
        {
            return await sender.SendAsync(new WebhookPost(WebhookEvent.IdOf(id.Text), url, body), cancellationToken);
        }
        finally
        {
            _busy.AddOrUpdate(url.Host, 0, (_, count) => count - 1);
        }
    }

    /// <summary>Renders the event once; every attempt sends these bytes.</summary>
    private async Task PrepareAsync(JobId id, CancellationToken cancellationToken)
    {
        var job = await reads.GetAsync(id, cancellationToken);
        if (job is { State: var state, Spec: { Webhook: { } webhook } spec } && state.IsTerminal())
        {
            var body = WebhookEvent.Body(new WebhookEventData(id.Text, spec, state, job.Run?.Version, job.Attempt, job.FinishedAt ?? spec.CreatedAt, job.Error));
            await outbox.FixAsync(id, body.ToArray(), webhook.Url, cancellationToken);
        }
        else if (job is null || job.State.IsTerminal())
        {
            await outbox.CompleteAsync(id, cancellationToken);
            Log.DeliveryLost(logger, id.Text);
        }
        else
        {
            await outbox.RetryAsync(id, NotYet, 0, cancellationToken);
        }
    }

    private Task SettleAsync(JobId id, DeliveryOutcome outcome, int attempts, CancellationToken cancellationToken)
    {
        // Jitter needs no secret randomness.
#pragma warning disable CA5394
        var next = outcome is DeliveryOutcome.Rejected rejected
            ? WebhookSchedule.NextDelay(options.Value, attempts, Random.Shared.NextDouble(), rejected.RetryAfter)
            : null;
#pragma warning restore CA5394
        if (outcome is not DeliveryOutcome.Accepted && next is null)
        {
            Log.DeliveryGivenUp(logger, id.Text, attempts);
        }

        return next is { } delay ? outbox.RetryAsync(id, delay, attempts, cancellationToken) : outbox.CompleteAsync(id, cancellationToken);
    }
}
