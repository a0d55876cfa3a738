namespace QueueInference.Api.Webhooks;

/// <summary>Decides when a delivery is attempted again.</summary>
internal static class WebhookSchedule
{
    /// <summary>The wait after a number of failed attempts; null when no attempt is left. After 0 attempts it is the wait before the first.</summary>
    /// <param name="options">The schedule and its jitter.</param>
    /// <param name="attempts">Delivery attempts made so far.</param>
    /// <param name="random">A number from 0 to below 1 that places the wait within its jitter.</param>
    /// <param name="retryAfter">What the endpoint asked for; it may stretch the wait up to twofold and never shortens it.</param>
    public static TimeSpan? NextDelay(WebhookOptions options, int attempts, double random, TimeSpan? retryAfter = null)
    {
        var schedule = options.Schedule ?? WebhookOptions.DefaultSchedule;
        if (attempts >= schedule.Length)
        {
            return null;
        }

        var wait = schedule[attempts];
        return retryAfter is { } asked
            ? TimeSpan.FromTicks(Math.Clamp(asked.Ticks, wait.Ticks, 2 * wait.Ticks))
            : wait * (1 + options.Jitter * (2 * random - 1));
    }
}
