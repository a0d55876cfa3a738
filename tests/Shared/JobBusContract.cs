using System.Collections.Concurrent;
using System.Threading.Channels;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using QueueInference.Core.Messaging;

namespace QueueInference.Tests.Shared;

/// <summary>What every transport must show.</summary>
public abstract class JobBusContract : IAsyncLifetime
{
    private readonly string _queue = "qi.run.test" + Guid.NewGuid().ToString("N") + ".normal";
    private IHost _host = null!;

    protected IJobBus Bus => _host.Services.GetRequiredService<IJobBus>();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected abstract void Register(IServiceCollection services);

    public async ValueTask InitializeAsync()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        Register(builder.Services);
        builder.Services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = true);
        _host = builder.Build();
        await _host.StartAsync(Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Publish_WithSubscriber_ArrivesByteForByte()
    {
        var seen = Channel.CreateUnbounded<Delivery>();
        await using var subscription = await Bus.SubscribeAsync(_queue, 16, async d => await seen.Writer.WriteAsync(d), Stop);
        byte[] body = [.. Enumerable.Range(0, 100_000).Select(i => (byte)i)];
        await Bus.PublishAsync(_queue, body, Stop);
        await Bus.PublishAsync(_queue, [1, 2, 3], Stop);
        var deliveries = new[] { await seen.Reader.ReadAsync(Stop), await seen.Reader.ReadAsync(Stop) };
        Assert.Equal([3, 100_000], deliveries.Select(d => d.Body.Length).Order());
        Assert.Equal(body, deliveries.MaxBy(d => d.Body.Length)!.Body.ToArray());
        Assert.NotEqual(deliveries[0].MessageId, deliveries[1].MessageId);
    }

    [Fact]
    public async Task GiveBack_WhileTheSubscriberLeaves_ArrivesAtTheNextOne()
    {
        using var taken = new SemaphoreSlim(0);
        var (go, seen) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), Channel.CreateUnbounded<byte>());
        var first = await Bus.SubscribeAsync(_queue, 1, async _ =>
        {
            taken.Release();
            await go.Task;
            throw new GiveBackException("test");
        }, Stop);
        for (byte i = 0; i < 5; i++)
        {
            await Bus.PublishAsync(_queue, [i], Stop);
        }

        await taken.WaitAsync(Stop);
        var left = first.DisposeAsync().AsTask();
        go.SetResult();
        await left.WaitAsync(TimeSpan.FromSeconds(30), Stop);
        await Bus.PublishAsync(_queue, [5], Stop);

        await using var second = await Bus.SubscribeAsync(_queue, 16, async delivery => await seen.Writer.WriteAsync(delivery.Body.Span[0]), Stop);
        HashSet<byte> arrived = [];
        while (arrived.Count < 6)
        {
            arrived.Add(await seen.Reader.ReadAsync(Stop).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Stop));
        }
    }

    [Fact]
    public async Task Publish_BeforeAnySubscriber_ArrivesWhenOneComes()
    {
        var seen = Channel.CreateUnbounded<byte>();
        for (byte i = 0; i < 5; i++)
        {
            await Bus.PublishAsync(_queue, [i], Stop);
        }

        await using var subscription = await Bus.SubscribeAsync(_queue, 16, async delivery => await seen.Writer.WriteAsync(delivery.Body.Span[0]), Stop);
        var bytes = new List<byte>();
        for (var i = 0; i < 5; i++)
        {
            bytes.Add(await seen.Reader.ReadAsync(Stop));
        }

        Assert.Equal(new byte[] { 0, 1, 2, 3, 4 }, bytes.Order());
    }

    [Fact]
    public async Task GiveBack_ComesAgainWithTheSameMessageId()
    {
        var seen = Channel.CreateUnbounded<string>();
        var given = 0;
        await using var subscription = await Bus.SubscribeAsync(_queue, 16, async delivery =>
        {
            await seen.Writer.WriteAsync(delivery.MessageId);
            if (Interlocked.Increment(ref given) < 3)
            {
                throw new GiveBackException("test");
            }
        }, Stop);
        await Bus.PublishAsync(_queue, [1], Stop);
        string[] ids = [await seen.Reader.ReadAsync(Stop), await seen.Reader.ReadAsync(Stop), await seen.Reader.ReadAsync(Stop)];
        Assert.Single(ids.Distinct());
    }

    [Fact]
    public async Task Subscribe_Prefetch_BoundsWhatIsInHand()
    {
        var (inHand, most) = (0, 0);
        var gate = new TaskCompletionSource();
        var done = new CountdownEvent(20);
        await using var subscription = await Bus.SubscribeAsync(_queue, 4, async _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inHand));
            if (inHand >= 4)
            {
                gate.TrySetResult();
            }

            await gate.Task;
            Interlocked.Decrement(ref inHand);
            done.Signal();
        }, Stop);
        for (var i = 0; i < 20; i++)
        {
            await Bus.PublishAsync(_queue, [(byte)i], Stop);
        }

        await Task.Run(() => Assert.True(done.Wait(TimeSpan.FromSeconds(20))), Stop);
        Assert.InRange(most, 1, 4);
    }

    [Fact]
    public async Task Probe_HealthyBroker_Returns() => await Bus.ProbeAsync(Stop);

    [Fact]
    public async Task Publish_EndedToken_ThrowsBrokerUnavailable() =>
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => Bus.PublishAsync(_queue, [1], new CancellationToken(canceled: true)));
}
