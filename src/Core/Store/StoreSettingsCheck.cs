using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace QueueInference.Core.Store;

/// <summary>Names wrong settings of Redis in the log, once it can be asked: nothing else would show them until jobs are lost.</summary>
internal sealed partial class StoreSettingsCheck(RedisStore store, TimeProvider time, ILogger<StoreSettingsCheck> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        string? info;
        while ((info = await InfoAsync(stoppingToken)) is null)
        {
            await Task.Delay(Pause, time, stoppingToken);
        }

        foreach (var fault in StoreSettings.Faults(info))
        {
            Wrong(logger, fault);
        }
    }

    /// <summary>Null while Redis is away; empty where it does not tell.</summary>
    private async Task<string?> InfoAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (string?)await store.GuardAsync(redis => redis.ExecuteAsync("INFO"), cancellationToken) ?? "";
        }
        catch (StoreUnavailableException e)
        {
            return e.InnerException is StackExchange.Redis.RedisServerException ? "" : null;
        }
    }

    [LoggerMessage(610, LogLevel.Error, "The job store is not set up to keep its promise. {Fault}")]
    private static partial void Wrong(ILogger logger, string fault);
}
