using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using MassTransit;
using QueueInference.Bench.Services;
using StackExchange.Redis;

namespace QueueInference.Bench.Naive;

/// <summary>Sends jobs straight into the queue and hears of results by Redis: less work than an HTTP API, to the favour of the naive.</summary>
internal sealed class NaiveDoor : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new();
    private readonly IReadOnlyList<(byte[] Input, float[] Expected)> _samples;
    private readonly ConnectionMultiplexer _redis;
    private readonly IBusControl _bus;
    private readonly Uri _queue;

    private NaiveDoor(IReadOnlyList<(byte[] Input, float[] Expected)> samples, ConnectionMultiplexer redis, IBusControl bus, string queue) =>
        (_samples, _redis, _bus, _queue) = (samples, redis, bus, new Uri($"exchange:{queue}"));

    public static async Task<NaiveDoor> OpenAsync(Servers servers, string queue, IReadOnlyList<(byte[] Input, float[] Expected)> samples)
    {
        var bus = Bus.Factory.CreateUsingRabbitMq(rabbit =>
        {
            rabbit.Host(new Uri(servers.RabbitMq));
            rabbit.AutoDelete = true;
        });
        await bus.StartAsync();
        var door = new NaiveDoor(samples, await ConnectionMultiplexer.ConnectAsync(servers.Redis), bus, queue);
        await door._redis.GetSubscriber().SubscribeAsync(NaiveResults.Done, (_, ids) => door.End(ids!));
        return door;
    }

    /// <summary>Sends the job of this number and checks its result.</summary>
    public async Task<string?> AskAsync(int number)
    {
        var (input, expected) = _samples[number % _samples.Count];
        var (id, done) = (Guid.NewGuid().ToString("N"), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _waiting[id] = done;
        await (await _bus.GetSendEndpoint(_queue)).Send(new NaiveJob(id, input));
        await done.Task.WaitAsync(TimeSpan.FromSeconds(60));
        var values = MemoryMarshal.Cast<byte, float>((byte[])(await _redis.GetDatabase().StringGetAsync(NaiveResults.Key(id)))!).ToArray();
        return values.Zip(expected).All(pair => Math.Abs(pair.First - pair.Second) < 1e-3) ? null : string.Create(CultureInfo.InvariantCulture, $"wrong values: {values[0]}");
    }

    public async ValueTask DisposeAsync()
    {
        await _bus.StopAsync();
        await _redis.DisposeAsync();
    }

    private void End(string ids)
    {
        foreach (var id in ids.Split(' '))
        {
            if (_waiting.TryRemove(id, out var done))
            {
                done.SetResult();
            }
        }
    }
}
