using Microsoft.Extensions.Logging.Abstractions;
using QueueInference.Core.Messaging;
using QueueInference.Worker.Hosting;
using Xunit;

namespace QueueInference.Tests.Worker.Hosting;

public sealed class QueueSubscriptionsTests : IDisposable
{
    private readonly OneAtATimeBus _bus = new();
    private readonly SemaphoreSlim _room = new(8);

    public void Dispose() => _room.Dispose();

    [Theory]
    [InlineData(64)]
    [InlineData(100)]
    [InlineData(33)]
    public void Begin_PrefetchAboutAsBefore_ReadsOn(int prefetch)
    {
        var subscriptions = Subscriptions();
        Begin(subscriptions, 64);

        Begin(subscriptions, prefetch);

        Assert.Equal([64], _bus.Prefetches);
        Assert.True(subscriptions.HaveBegun);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(16)]
    public void Begin_QuiteAnotherPrefetch_BeginsAnewOnceTheOldHasEnded(int prefetch)
    {
        var subscriptions = Subscriptions();
        Begin(subscriptions, 64);

        Begin(subscriptions, prefetch);

        // What it took is not settled yet.
        Assert.Equal([64], _bus.Prefetches);
        Assert.False(subscriptions.HaveBegun);
        _bus.Settle();
        Assert.Equal([64, prefetch], _bus.Prefetches);
        Assert.True(subscriptions.HaveBegun);
    }

    [Fact]
    public async Task KeepAsync_BeforeTheOldHasEnded_WaitsForItAndBeginsNothing()
    {
        var subscriptions = Subscriptions();
        Begin(subscriptions, 64);
        Begin(subscriptions, 200);

        var kept = subscriptions.KeepAsync(new HashSet<string>());

        Assert.False(kept.IsCompleted);
        _bus.Settle();
        await kept;
        Assert.Equal([64], _bus.Prefetches);
    }

    private QueueSubscriptions Subscriptions() => new(_bus, _ => Task.CompletedTask, _room, TimeProvider.System, NullLogger.Instance);

    private static void Begin(QueueSubscriptions subscriptions, int prefetch) =>
        subscriptions.Begin(new Dictionary<string, int> { ["qi.run.m.normal"] = prefetch }, TestContext.Current.CancellationToken);

    /// <summary>Takes one subscription to a queue at a time; one ends when what it took is settled.</summary>
    private sealed class OneAtATimeBus : IJobBus
    {
        private readonly TaskCompletionSource _settled = new();
        private bool _isTaken;

        public List<int> Prefetches { get; } = [];
        public bool Redelivers => true;
        public bool Connected => true;

        public void Settle() => _settled.SetResult();

        public Task<IAsyncDisposable> SubscribeAsync(string queue, int prefetch, Func<Delivery, Task> handler, CancellationToken cancellationToken)
        {
            Assert.False(_isTaken);
            _isTaken = true;
            Prefetches.Add(prefetch);
            return Task.FromResult<IAsyncDisposable>(new Subscription(this));
        }

        public Task PublishAsync(string queue, byte[] body, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task ProbeAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task ParkAsync(Delivery delivery, string reason, CancellationToken cancellationToken) => throw new NotSupportedException();

        private sealed class Subscription(OneAtATimeBus bus) : IAsyncDisposable
        {
            public async ValueTask DisposeAsync()
            {
                await bus._settled.Task;
                bus._isTaken = false;
            }
        }
    }
}
