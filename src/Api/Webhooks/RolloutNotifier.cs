using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using QueueInference.Api.Models;
using QueueInference.Core.Jobs;
using QueueInference.Core.Rollouts;
using QueueInference.Core.Store;

namespace QueueInference.Api.Webhooks;

/// <summary>Tells the operator what was decided about versions, at least once and in order; one Api at a time.</summary>
internal sealed class RolloutNotifier(RolloutNotices notices, WebhookSender sender, IOptions<WebhookOptions> options, TimeProvider time, ILogger<RolloutNotifier> logger)
    : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1), Margin = TimeSpan.FromSeconds(15);
    private readonly string _me = ShortId.New();
    private int _attempts;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.OperatorUrl is not { } url)
        {
            return;
        }

        var pause = Poll;
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(pause, time, stoppingToken);
            pause = await TryAsync(new Uri(url), stoppingToken);
        }
    }

    /// <summary>Sends the oldest notice, if there is one; answers how long to wait.</summary>
    private async Task<TimeSpan> TryAsync(Uri url, CancellationToken cancellationToken)
    {
        try
        {
            return await notices.NextAsync(_me, options.Value.Timeout + Margin, cancellationToken) is { } next ? await SendAsync(url, next.Notice, next.Text, cancellationToken) : Poll;
        }
        catch (Exception e) when (e is StoreUnavailableException or StoreFullException)
        {
            return Poll;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NoticeFailed(logger, e);
            return Poll;
        }
    }

    private async Task<TimeSpan> SendAsync(Uri url, RolloutNotice notice, string text, CancellationToken cancellationToken)
    {
        var outcome = await sender.SendAsync(new WebhookPost(IdOf(notice), url, Body(notice)), cancellationToken);
        var wait = outcome is DeliveryOutcome.Rejected rejected ? WebhookSchedule.NextDelay(options.Value, ++_attempts, random: 0.5, rejected.RetryAfter) : null;
        if (wait is null)
        {
            _attempts = 0;
            await notices.DoneAsync(text, cancellationToken);
            LogGivenUp(outcome, notice);
        }

        return wait ?? TimeSpan.Zero;
    }

    private void LogGivenUp(DeliveryOutcome outcome, RolloutNotice notice)
    {
        if (outcome is not DeliveryOutcome.Accepted)
        {
            Log.NoticeGivenUp(logger, notice.Model, notice.Event.Version, notice.Event.Event);
        }
    }

    private static string IdOf(RolloutNotice notice) =>
        string.Create(CultureInfo.InvariantCulture, $"evt_{notice.Model}_{notice.Event.Version}_{notice.Event.Event}_{notice.Event.At}");

    private static ReadOnlyMemory<byte> Body(RolloutNotice notice)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", "model." + notice.Event.Event);
            json.WriteString("timestamp", DateTimeOffset.FromUnixTimeMilliseconds(notice.Event.At).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteStartObject("data");
            json.WriteString("model", notice.Model);
            json.WritePropertyName("event");
            RolloutWriter.Write(json, notice.Event);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
