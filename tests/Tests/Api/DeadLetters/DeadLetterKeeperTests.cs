using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using QueueInference.Api.DeadLetters;
using QueueInference.Api.Hosting;
using QueueInference.Core.DeadLetters;
using QueueInference.Core.Messaging;
using QueueInference.Core.Store;
using QueueInference.Tests.Core.Jobs;
using StackExchange.Redis;

namespace QueueInference.Tests.Api.DeadLetters;

public sealed class DeadLetterKeeperTests(GarnetFixture garnet) : IClassFixture<GarnetFixture>
{
    private static readonly RedisStoreOptions Patience = new(TimeSpan.FromSeconds(10));

    private readonly DeadLetterStore _store = new(new RedisStore(garnet.Redis, Patience));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Letters_OnTheBroker_AreStoredBeforeTheyAreSettled()
    {
        var broker = new Broker(async id => Assert.NotNull(await _store.GetAsync(id, Stop))) { { 1, 2, 3 } };
        using var keeper = await StartAsync(broker, _store);
        await Wait.UntilAsync(() => broker.Settled.Count == 3, TimeSpan.FromSeconds(20), "three letters to be settled");
        await keeper.StopAsync(Stop);
        Assert.Empty(broker.Faults);
        foreach (var id in broker.Settled)
        {
            Assert.NotNull(await _store.GetBodyAsync(id, Stop));
        }
    }

    /// <summary>What is fetched in vain counts as a delivery, and after some of those the broker drops it.</summary>
    [Fact]
    public async Task Letters_WithoutRoom_AreNotFetched()
    {
        var broker = new Broker(_ => Task.CompletedTask) { { 4 } };
        using var keeper = await StartAsync(broker, _store, mostBytes: 0);
        await Wait.UntilAsync(() => keeper.Counts.Any(), TimeSpan.FromSeconds(20), "the keeper to look");
        await keeper.StopAsync(Stop);
        Assert.Equal(0, broker.Fetched);
    }

    [Fact]
    public async Task Letters_StoreAway_AreNotFetched()
    {
        await using var nowhere = RedisConnection.Open("127.0.0.1:1,connectRetry=0", TimeSpan.FromSeconds(1));
        var broker = new Broker(_ => Task.CompletedTask) { { 5 } };
        using var keeper = await StartAsync(broker, new DeadLetterStore(new RedisStore(nowhere, Patience)));
        await Wait.UntilAsync(() => broker.Disposed > 0, TimeSpan.FromSeconds(20), "the keeper to give up for a while");
        await keeper.StopAsync(Stop);
        Assert.Equal(0, broker.Fetched);
    }

    [Fact]
    public async Task Transport_WithoutDeadLetters_EndsAtOnce()
    {
        using var keeper = await StartAsync(new NoDeadLetterQueues(), _store);
        await keeper.ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(20), Stop);
    }

    private static async Task<DeadLetterKeeper> StartAsync(IDeadLetterQueues queues, DeadLetterStore store, long mostBytes = 1 << 20)
    {
        var keeper = new DeadLetterKeeper(
            queues, store, Options.Create(new ApiOptions { MaxDeadLetterBytes = mostBytes }), TimeProvider.System, NullLogger<DeadLetterKeeper>.Instance);
        await keeper.StartAsync(Stop);
        return keeper;
    }

    /// <summary>A broker with some letters, which judges each that it may forget.</summary>
    private sealed class Broker(Func<string, Task> judge) : IDeadLetterQueues, IDeadLetterReader, System.Collections.IEnumerable
    {
        private readonly Queue<FoundLetter> _letters = [];

        public List<string> Settled { get; } = [];
        public List<Exception> Faults { get; } = [];
        public int Fetched { get; private set; }
        public int Disposed { get; private set; }

        public void Add(params byte[] numbers)
        {
            foreach (var number in numbers)
            {
                var letter = DeadLetter.Of(QueueNames.Dead, null, new Death("qi.run.m.low", "rejected", 1, null), new[] { number });
                _letters.Enqueue(new FoundLetter(letter, new[] { number }, number));
            }
        }

        public Task<IDeadLetterReader?> OpenAsync(CancellationToken cancellationToken) => Task.FromResult<IDeadLetterReader?>(this);

        public Task<long> CountAsync(CancellationToken cancellationToken) => Task.FromResult((long)_letters.Count);

        public Task<FoundLetter?> FetchAsync(CancellationToken cancellationToken)
        {
            Fetched++;
            return Task.FromResult(_letters.TryPeek(out var found) ? found : null);
        }

        public async Task SettleAsync(FoundLetter found, CancellationToken cancellationToken)
        {
            try
            {
                await judge(found.Letter.Id);
            }
            catch (Exception e)
            {
                Faults.Add(e);
            }

            _letters.Dequeue();
            Settled.Add(found.Letter.Id);
        }

        public ValueTask DisposeAsync()
        {
            Disposed++;
            return ValueTask.CompletedTask;
        }

        public System.Collections.IEnumerator GetEnumerator() => _letters.GetEnumerator();
    }
}
