using System.Runtime.InteropServices;
using QueueInference.Bench.Load;
using QueueInference.Bench.Services;
using QueueInference.Functional.Services;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace QueueInference.Bench.Naive;

/// <summary>A worker process of each policy, and a way to each.</summary>
internal sealed class NaiveSet : IAsyncDisposable
{
    private readonly List<System.Diagnostics.Process> _workers = [];
    private readonly List<string> _queues = [];
    private readonly Servers _servers;

    private NaiveSet(Servers servers) => _servers = servers;

    public List<(string Policy, NaiveDoor Door)> Doors { get; } = [];

    /// <param name="servers">Broker and store.</param>
    /// <param name="device">See <see cref="NaiveDevice.Open"/>.</param>
    /// <param name="samples">Jobs as the service gets them; their tensors are at the end of the request.</param>
    public static async Task<NaiveSet> StartAsync(Servers servers, string device, IReadOnlyList<Sample> samples)
    {
        var set = new NaiveSet(servers);
        var jobs = samples.Select(sample => (Input(sample), sample.Expected!)).ToList();
        foreach (var policy in NaiveWorker.Policies.Keys)
        {
            var queue = $"naive-{policy}-{Guid.NewGuid().ToString("N")[..8]}";
            set._queues.Add(queue);
            set._workers.Add(Executables.Start("dotnet", [Host.Assembly("Bench"), "naive", policy, device, servers.RabbitMq, servers.Redis, queue]));
            set.Doors.Add((policy, await NaiveDoor.OpenAsync(servers, queue, jobs)));
        }

        await Task.WhenAll(set._queues.Select(set.ConsumedAsync));
        return set;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, door) in Doors)
        {
            await door.DisposeAsync();
        }

        foreach (var worker in _workers)
        {
            worker.Kill();
            await worker.WaitForExitAsync();
        }

        await using var broker = await BrokerInspector.ConnectAsync(_servers.RabbitMq);
        foreach (var queue in _queues)
        {
            await broker.DeleteAsync(queue);
        }
    }

    /// <summary>Waits until a worker has declared and bound its queue, and consumes from it.</summary>
    private Task ConsumedAsync(string queue) => Wait.UntilAsync(async () =>
    {
        try
        {
            await using var connection = await new ConnectionFactory { Uri = new Uri(_servers.RabbitMq) }.CreateConnectionAsync();
            await using var channel = await connection.CreateChannelAsync();
            return (await channel.QueueDeclarePassiveAsync(queue)).ConsumerCount > 0;
        }
        catch (OperationInterruptedException)
        {
            return false;
        }
    }, TimeSpan.FromSeconds(60), $"a consumer of {queue}");

    private static byte[] Input(Sample sample) => sample.Waiting[^(sample.PayloadBytes - sample.Expected!.Length * sizeof(float))..];
}
