using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace QueueInference.Core.Store;

/// <summary>Ends the process when the store is not one that it knows, at start or later: it was emptied and given to another release meanwhile.</summary>
internal sealed partial class StoreFormatCheck(RedisStore store, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<StoreFormatCheck> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15), Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(await CheckAsync(stoppingToken), time, stoppingToken);
        }
    }

    private async Task<TimeSpan> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await store.CheckFormatAsync(cancellationToken);
            return Interval;
        }
        catch (StoreUnavailableException e) when (e.InnerException is StoreFormatException format)
        {
            Unknown(logger, format.Message);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
            return Interval;
        }
        catch (Exception e) when (e is StoreUnavailableException or StoreFullException)
        {
            return Pause;
        }
    }

    [LoggerMessage(611, LogLevel.Critical, "{Why} The process ends.")]
    private static partial void Unknown(ILogger logger, string why);
}
