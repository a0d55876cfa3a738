using QueueInference.Core.Messaging;

namespace QueueInference.Api.Submitting;

/// <summary>Closed after a publish that was not confirmed in time, until the broker takes messages again: later submissions fail at once.</summary>
internal sealed class BrokerGate(IJobBus bus, TimeProvider time, ILogger<BrokerGate> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500), ProbeTimeout = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim _closed = new(0, 1);
    private volatile bool _isOpen = true;

    /// <summary>Whether submissions may try.</summary>
    public bool IsOpen => _isOpen;

    /// <summary>A publish failed.</summary>
    public void Close()
    {
        lock (_closed)
        {
            if (_isOpen)
            {
                _isOpen = false;
                _closed.Release();
                Log.GateClosed(logger);
            }
        }
    }

    public override void Dispose()
    {
        _closed.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await _closed.WaitAsync(stoppingToken);
            while (!await ProbeAsync(stoppingToken))
            {
                await Task.Delay(Pause, time, stoppingToken);
            }

            _isOpen = true;
            Log.GateOpened(logger);
        }
    }

    private async Task<bool> ProbeAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(ProbeTimeout);
        try
        {
            await bus.ProbeAsync(deadline.Token);
            return true;
        }
        catch (BrokerUnavailableException)
        {
            return false;
        }
    }
}
