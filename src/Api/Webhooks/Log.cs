namespace QueueInference.Api.Webhooks;

internal static partial class Log
{
    // The host alone: a URL's path and query may carry the receiver's secret.
    [LoggerMessage(EventId = 501, EventName = "DeliveryAttempted", Level = LogLevel.Debug, Message = "Delivery of {WebhookId} to {Host}: {Outcome}.")]
    public static partial void DeliveryAttempted(ILogger logger, string webhookId, string host, string outcome);
}
