using Microsoft.Extensions.Logging.Abstractions;
using QueueInference.Api.DeadLetters;
using QueueInference.Api.Problems;
using QueueInference.Api.Submitting;
using QueueInference.Core.DeadLetters;
using QueueInference.Core.Messaging;
using QueueInference.Core.Store;
using QueueInference.Tests.Core.Jobs;

namespace QueueInference.Tests.Api.DeadLetters;

public sealed class DeadLetterDeskTests : IClassFixture<GarnetFixture>, IAsyncLifetime
{
    private const string Queue = "qi.run.digits.normal";

    private readonly DeadLetterStore _store;
    private readonly Bus _bus = new();
    private readonly BrokerGate _gate;
    private readonly DeadLetterDesk _desk;

    public DeadLetterDeskTests(GarnetFixture garnet)
    {
        _store = new DeadLetterStore(new RedisStore(garnet.Redis, new RedisStoreOptions(TimeSpan.FromSeconds(10))));
        _gate = new BrokerGate(_bus, TimeProvider.System, NullLogger<BrokerGate>.Instance);
        _desk = new DeadLetterDesk(_store, _bus, _gate, TimeProvider.System, NullLogger<DeadLetterDesk>.Instance);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _desk.DeleteAllAsync(null, Stop);

    public ValueTask DisposeAsync()
    {
        _gate.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Redrive_ALetter_IsPublishedWhileItIsStillKept_ThenRemoved()
    {
        var id = await KeepAsync(7);
        _bus.Judge = async () => Assert.NotNull(await _store.GetAsync(id, Stop));
        Assert.Equal(id, (await _desk.RedriveAsync(id, Stop)).Id);
        Assert.Equal([(Queue, 7)], _bus.Sent);
        Assert.Null(await _store.GetAsync(id, Stop));
        Assert.Equal("dead-letter-not-found", await SlugAsync(() => _desk.RedriveAsync(id, Stop)));
    }

    [Fact]
    public async Task Redrive_NotConfirmed_KeepsIt()
    {
        var id = await KeepAsync(1);
        _bus.Judge = () => throw new BrokerUnavailableException(new TimeoutException());
        Assert.Equal("broker-unavailable", await SlugAsync(() => _desk.RedriveAsync(id, Stop)));
        Assert.NotNull(await _store.GetBodyAsync(id, Stop));
    }

    [Fact]
    public async Task Redrive_GateClosed_IsRefusedAtOnce()
    {
        var id = await KeepAsync(1);
        _gate.Close();
        Assert.Equal("broker-unavailable", await SlugAsync(() => _desk.RedriveAsync(id, Stop)));
        Assert.Empty(_bus.Sent);
    }

    /// <summary>What the headers of a message say is not trusted to name any queue but those of jobs.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("qi.dead")]
    [InlineData("somebody.elses")]
    public async Task Redrive_WithoutAQueueOfJobs_IsRefused(string? queue)
    {
        var id = await KeepAsync(1, queue);
        Assert.Equal("dead-letter-without-queue", await SlugAsync(() => _desk.RedriveAsync(id, Stop)));
        Assert.Equal(new DeadLetterSweep(0, 1, false), await _desk.RedriveAllAsync(null, Stop));
        Assert.Empty(_bus.Sent);
        Assert.NotNull(await _store.GetAsync(id, Stop));
    }

    [Fact]
    public async Task RedriveAll_OfAQueue_LeavesTheOthers()
    {
        for (byte i = 0; i < 150; i++)
        {
            await KeepAsync(i, i % 3 == 0 ? "qi.run.other.low" : Queue);
        }

        Assert.Equal(new DeadLetterSweep(100, 0, false), await _desk.RedriveAllAsync(Queue, Stop));
        Assert.All(_bus.Sent, sent => Assert.Equal(Queue, sent.Queue));
        Assert.Equal(100, _bus.Sent.Select(sent => sent.First).Distinct().Count());
        Assert.Equal(50, (await _store.CountAsync(Stop)).Kept);
        Assert.Equal(new DeadLetterSweep(50, 0, false), await _desk.DeleteAllAsync(null, Stop));
        Assert.Equal(0, (await _store.CountAsync(Stop)).Kept);
    }

    /// <summary>A letter that dies again on its way must not be sent round and round.</summary>
    [Fact]
    public async Task RedriveAll_LettersThatComeMeanwhile_AreLeftAlone()
    {
        await KeepAsync(1);
        byte next = 2;
        _bus.Judge = () => KeepAsync(next++);
        Assert.Equal(1, (await _desk.RedriveAllAsync(null, Stop)).Done);
        Assert.Equal([(Queue, 1)], _bus.Sent);
        Assert.Equal(1, (await _store.CountAsync(Stop)).Kept);
    }

    [Fact]
    public async Task RedriveAll_BrokerGoesAway_KeepsWhatWasNotSent()
    {
        await KeepAsync(1);
        await KeepAsync(2);
        _bus.Judge = () => _bus.Sent.Count == 0 ? Task.CompletedTask : throw new BrokerUnavailableException(new TimeoutException());
        Assert.Equal((1, 1), await _desk.RedriveAllAsync(null, Stop) is var sweep ? (sweep.Done, sweep.Skipped) : default);
        Assert.Equal("broker-unavailable", await SlugAsync(() => _desk.RedriveAllAsync(null, Stop)));
        Assert.Equal(1, (await _store.CountAsync(Stop)).Kept);
    }

    /// <summary>A queue that is there with other arguments takes nothing while the broker takes everything else.</summary>
    [Fact]
    public async Task RedriveAll_OneQueueTakesNothing_OthersAreSentOn()
    {
        await KeepAsync(1);
        await KeepAsync(2, "qi.run.other.normal");
        var tries = 0;
        _bus.Judge = () => tries++ > 0 ? Task.CompletedTask : throw new BrokerUnavailableException(new TimeoutException());
        Assert.Equal((1, 1), await _desk.RedriveAllAsync(null, Stop) is var sweep ? (sweep.Done, sweep.Skipped) : default);
    }

    [Fact]
    public async Task Delete_OnceIsEnough()
    {
        var id = await KeepAsync(1);
        await _desk.DeleteAsync(id, Stop);
        Assert.Equal("dead-letter-not-found", await SlugAsync(() => _desk.DeleteAsync(id, Stop)));
        Assert.Equal("dead-letter-not-found", await SlugAsync(() => _desk.GetAsync(id, Stop)));
        Assert.Equal("dead-letter-not-found", await SlugAsync(() => _desk.GetBodyAsync(id, Stop)));
    }

    private static async Task<string> SlugAsync(Func<Task> call) => (await Assert.ThrowsAsync<ProblemException>(call)).Problem.Slug;

    private async Task<string> KeepAsync(byte number, string? queue = Queue)
    {
        var letter = DeadLetter.Of(QueueNames.Dead, null, new Death(queue, "rejected", 1, null), new[] { number });
        Assert.True(await _store.KeepAsync(letter, new[] { number }, Stop));
        return letter.Id;
    }

    private sealed class Bus : IJobBus
    {
        public List<(string Queue, int First)> Sent { get; } = [];
        public Func<Task> Judge { get; set; } = () => Task.CompletedTask;
        public bool Redelivers => true;
        public bool Connected => true;

        public async Task PublishAsync(string queue, byte[] body, CancellationToken cancellationToken)
        {
            await Judge();
            Sent.Add((queue, body[0]));
        }

        public Task ProbeAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<IAsyncDisposable> SubscribeAsync(string queue, int prefetch, Func<Delivery, Task> handler, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task ParkAsync(Delivery delivery, string reason, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
