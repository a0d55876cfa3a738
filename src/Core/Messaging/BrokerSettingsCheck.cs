using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace QueueInference.Core.Messaging;

/// <summary>Names in the log what is wrong with RabbitMQ, once it can be asked: nothing else would show it until messages are lost.</summary>
internal sealed partial class BrokerSettingsCheck(RabbitMqTopology topology, TimeProvider time, ILogger<BrokerSettingsCheck> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        IReadOnlyList<string>? faults;
        while ((faults = await FaultsAsync(stoppingToken)) is null)
        {
            await Task.Delay(Pause, time, stoppingToken);
        }

        foreach (var fault in faults)
        {
            Wrong(logger, fault);
        }
    }

    /// <summary>Null while RabbitMQ is away.</summary>
    private async Task<IReadOnlyList<string>?> FaultsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return BrokerSettings.Faults(await topology.PropertiesAsync(cancellationToken));
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    [LoggerMessage(604, LogLevel.Error, "The broker is not fit to keep its promise. {Fault}")]
    private static partial void Wrong(ILogger logger, string fault);
}
