using QueueInference.Chaos.Checking;
using QueueInference.Chaos.History;
using QueueInference.Functional.Hosts;

namespace QueueInference.Chaos.Lab;

/// <summary>Looks now and then at what the hosts hold, and once more when all is quiet.</summary>
internal sealed class UsageWatch : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5), Patience = TimeSpan.FromSeconds(45);

    private readonly Cluster _cluster;
    private readonly RunHistory _run;
    private readonly CancellationTokenSource _stop;
    private readonly Task _looking;

    private UsageWatch(Cluster cluster, RunHistory run, CancellationToken cancellationToken)
    {
        (_cluster, _run, _stop) = (cluster, run, CancellationTokenSource.CreateLinkedTokenSource(cancellationToken));
        _looking = RunAsync(_stop.Token);
    }

    public static UsageWatch Start(Cluster cluster, RunHistory run, CancellationToken cancellationToken) => new(cluster, run, cancellationToken);

    /// <summary>Callers have gone: connections must go as well, and after some seconds the threads that nobody needs.</summary>
    public async Task QuietAsync()
    {
        await StopAsync();
        try
        {
            await Wait.UntilAsync(() =>
            {
                Look();
                return Task.FromResult(!Growth.Of(_run.Samples).Any());
            }, Patience, "the hosts to hold no more than at first");
        }
        catch (TimeoutException)
        {
            // The checker says what it means.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private Task StopAsync()
    {
        _stop.Cancel();
        return _looking;
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                Look();
                await Task.Delay(Pause, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The load is over.
        }
    }

    private void Look()
    {
        foreach (var host in _cluster.Hosts.Where(host => !host.HasExited))
        {
            Look(host);
        }
    }

    private void Look(HostProcess host)
    {
        try
        {
            var status = File.ReadLines($"/proc/{host.Id}/status").Select(line => line.Split(':')).ToDictionary(line => line[0], line => line[1]);
            _run.Samples.Enqueue(new HostSample(_cluster.NameOf(host), host.Id, _run.Now, Directory.GetFiles($"/proc/{host.Id}/fd").Length,
                int.Parse(status["Threads"], null), int.Parse(status["VmRSS"].Replace("kB", "", StringComparison.Ordinal), null) * 1024 / 1e6));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or KeyNotFoundException)
        {
            // It ended just now.
        }
    }
}
