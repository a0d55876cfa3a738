namespace QueueInference.Api.Webhooks;

internal static partial class Log
{
    // The host alone: a URL's path and query may carry the receiver's secret.
    [LoggerMessage(EventId = 501, EventName = "DeliveryAttempted", Level = LogLevel.Debug, Message = "Delivery of {WebhookId} to {Host}: {Outcome}.")]
    public static partial void DeliveryAttempted(ILogger logger, string webhookId, string host, string outcome);

    [LoggerMessage(EventId = 502, EventName = "DeliveryFailed", Level = LogLevel.Error, Message = "The delivery for job {Id} met a fault of its own; it is tried again")]
    public static partial void DeliveryFailed(ILogger logger, Exception exception, string id);

    [LoggerMessage(EventId = 503, EventName = "DeliveryGivenUp", Level = LogLevel.Warning, Message = "The event of job {Id} is given up after {Attempts} attempts")]
    public static partial void DeliveryGivenUp(ILogger logger, string id, int attempts);

    [LoggerMessage(EventId = 505, EventName = "NoticeFailed", Level = LogLevel.Error, Message = "Telling the operator met a fault of its own; it is tried again")]
    public static partial void NoticeFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 506, EventName = "NoticeGivenUp", Level = LogLevel.Warning, Message = "{Model} version {Version}: nobody took the notice that it was {Event}")]
    public static partial void NoticeGivenUp(ILogger logger, string model, int version, string @event);

    [LoggerMessage(EventId = 504, EventName = "DeliveryLost", Level = LogLevel.Warning, Message = "The event of job {Id} cannot be sent: its record is gone")]
    public static partial void DeliveryLost(ILogger logger, string id);
}
