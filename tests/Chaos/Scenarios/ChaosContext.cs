using QueueInference.Chaos.History;
using QueueInference.Chaos.Lab;
using QueueInference.Chaos.Load;
using QueueInference.Functional.Hosts;
using QueueInference.Functional.Services;

namespace QueueInference.Chaos.Scenarios;

/// <summary>What a scenario's faults work with.</summary>
internal sealed record ChaosContext(
    Servers Servers, Cluster Cluster, Proxies Proxies, StoreReader Store, RunHistory Run, Caller Caller, LoadDriver Load, Random Random, int Rounds, CancellationToken Cancel)
{
    /// <summary>Whether there is time: tier N.</summary>
    public bool IsLong { get; init; }

    /// <summary>Folder with the hosts of another release; null where none was named.</summary>
    public string? Other { get; init; }

    /// <summary>The nodes of the broker, in a scenario that asks for them.</summary>
    public RabbitMqClusterProcess Nodes => Servers.Nodes ?? throw new InvalidOperationException("The scenario has no BrokerNodes.");

    /// <summary>A span that the seed decides.</summary>
    public Task PauseAsync(double least, double most) => Task.Delay(TimeSpan.FromSeconds(least + ((most - least) * Random.NextDouble())), Cancel);

    /// <summary>Waits until workers hold jobs, so that a fault hits some.</summary>
    public Task BusyAsync() => Wait.UntilAsync(async () =>
    {
        Cancel.ThrowIfCancellationRequested();
        return await Store.RunningAsync() > 0;
    }, TimeSpan.FromSeconds(30), "workers to hold jobs");

    /// <summary>Waits until so many more jobs are accepted.</summary>
    public Task MoreAsync(int jobs)
    {
        var wanted = Load.Accepted + jobs;
        return Wait.UntilAsync(() =>
        {
            Cancel.ThrowIfCancellationRequested();
            return Task.FromResult(Load.Accepted >= wanted);
        }, TimeSpan.FromSeconds(60), $"{jobs} more jobs to be accepted");
    }

    /// <summary>Does something and undoes it, and writes down when, and what shows that it happened.</summary>
    /// <param name="name">What was done to whom.</param>
    /// <param name="fault">Answers the proof, or null, and the jobs that may run once more.</param>
    public async Task FaultAsync(string name, Func<Task<(string? Proof, int Held)>> fault)
    {
        var from = Run.Now;
        var (proof, held) = await fault();
        Run.Faults.Enqueue(new FaultRecord(name, from, Run.Now, proof) { Held = held });
    }

    /// <summary>Ends a host as a power cut would, and starts it again, without waiting until it is ready.</summary>
    public async Task KillAsync(HostProcess host)
    {
        await host.ReadyAsync();
        await FaultAsync($"kill {Cluster.NameOf(host)}", async () =>
        {
            var id = host.Id;
            host.Kill();
            var held = host == Cluster.Api ? 0 : await Store.RunningAsync();
            var gone = !Directory.Exists($"/proc/{id}");
            host.Launch();
            return (gone && host.Id != id ? $"process {id} is gone with {held} jobs held, {host.Id} came" : null, held);
        });
    }
}
