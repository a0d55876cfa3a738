using QueueInference.Contracts;
using QueueInference.Core.DeadLetters;
using QueueInference.Core.Jobs;
using QueueInference.Core.Messaging;
using QueueInference.Core.Store;
using StackExchange.Redis;

namespace QueueInference.Tests.Shared;

/// <summary>Dead letters in a store of this test's own.</summary>
public abstract class DeadLetterStoreContract(IConnectionMultiplexer redis) : IAsyncLifetime
{
    private const string Queue = "qi.run.digits.normal";

    private readonly DeadLetterStore _store = new(new RedisStore(redis, new RedisStoreOptions(TimeSpan.FromSeconds(10))));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await redis.GetDatabase().KeyDeleteAsync([JobKeys.DeadLetterState(), JobKeys.DeadLetters()]);

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Keep_ALetter_IsThereWithItsBody()
    {
        byte[] body = [0, 255, 10, 13];
        var letter = DeadLetter.Of(QueueNames.Dead, "m1", new Death(Queue, "delivery_limit", 2, 1_790_000_000_000), body);
        Assert.True(await _store.KeepAsync(letter, body, Stop));
        var kept = await _store.GetAsync(letter.Id, Stop);
        Assert.Equal(letter with { KeptAt = kept!.KeptAt }, kept);
        Assert.InRange(kept.KeptAt, DateTimeOffset.Parse("2024-01-01Z", null).ToUnixTimeMilliseconds(), long.MaxValue);
        Assert.Equal(body, await _store.GetBodyAsync(letter.Id, Stop));
    }

    /// <summary>The broker delivers again what was stored but not acknowledged.</summary>
    [Fact]
    public async Task Keep_TheSameMessageAgain_IsKnown()
    {
        var first = await KeepAsync(1);
        Assert.False(await _store.KeepAsync(Letter(1), Body(1), Stop));
        Assert.Equal([first], await IdsAsync());
        // And takes no more room: with the one letter gone nothing is left.
        await _store.RemoveAsync([first], Stop);
        Assert.True((await _store.RoomAsync(1, 0, Stop)).HasRoom);
    }

    [Fact]
    public async Task List_InPages_ShowsEachOnceNewestFirst()
    {
        var ids = new List<string>();
        for (byte i = 0; i < 7; i++)
        {
            ids.Add(await KeepAsync(i));
        }

        var (first, next) = await _store.ListAsync(null, 3, null, Stop);
        var (second, after) = await _store.ListAsync(null, 3, next, Stop);
        await KeepAsync(7);
        var (third, end) = await _store.ListAsync(null, 3, after, Stop);
        Assert.Equal(ids.AsEnumerable().Reverse(), first.Concat(second).Concat(third).Select(letter => letter.Id));
        Assert.Null(end);
    }

    [Fact]
    public async Task List_OfAQueue_ShowsItsLettersOnly()
    {
        var wanted = await KeepAsync(1, "qi.run.a.low");
        await KeepAsync(2, "qi.run.b.low");
        Assert.Equal([wanted], await IdsAsync("qi.run.a.low"));
        Assert.Empty(await IdsAsync("qi.run.c.low"));
    }

    [Fact]
    public async Task Room_WhileTheBytesAreBelowTheMost_IsThere()
    {
        Assert.Equal((true, 0), await _store.RoomAsync(1100, 5, Stop));
        var first = await KeepAsync(1);
        Assert.Equal((true, 1), await _store.RoomAsync(1100, 5, Stop));
        await KeepAsync(2);
        Assert.Equal((false, 2), await _store.RoomAsync(1100, 5, Stop));
        Assert.Equal((2, 5), (await CountAsync(), (await _store.CountAsync(Stop)).OnBroker));
        await _store.RemoveAsync([first], Stop);
        Assert.Equal((true, 1), await _store.RoomAsync(1100, 5, Stop));
    }

    [Fact]
    public async Task Remove_SomeAreGone_CountsThoseThatWere()
    {
        var (first, second) = (await KeepAsync(1), await KeepAsync(2));
        Assert.Equal(1, await _store.RemoveAsync([first, "none"], Stop));
        Assert.Equal(0, await _store.RemoveAsync([first], Stop));
        Assert.Equal([second], await IdsAsync());
        Assert.Null(await _store.GetAsync(first, Stop));
        Assert.Null(await _store.GetBodyAsync(first, Stop));
    }

    /// <summary>As an append-only file may leave it that ends in the middle of a script.</summary>
    [Fact]
    public async Task Remove_OnlyTheIndexHasIt_TidiesUp()
    {
        var id = await KeepAsync(1);
        await redis.GetDatabase().KeyDeleteAsync(JobKeys.DeadLetter(id));
        Assert.Empty(await IdsAsync());
        Assert.Equal(1, await _store.RemoveAsync([id], Stop));
        Assert.Equal(0, await CountAsync());
        Assert.True((await _store.RoomAsync(1, 0, Stop)).HasRoom);
    }

    [Fact]
    public void Of_AReadableGroup_NamesItsJobsAndWhereItBelongs()
    {
        var spec = new JobSpec { Model = "digits", Priority = JobPriority.High, Tenant = "default", CreatedAt = 1, ResultTtlSeconds = 60, MaxAttempts = 3 };
        var letter = DeadLetter.Of(QueueNames.Parked, null, new Death(null, null, 0, null), JobGroupCodec.Encode([new("p00a", spec, null), new("p00b", spec, null)]));
        Assert.Equal(("parked", "qi.run.digits.high", "digits", (int?)1), (letter.Kind, letter.Queue, letter.Model, letter.FormatVersion));
        Assert.Equal(["p00a", "p00b"], letter.Jobs!);
    }

    [Fact]
    public void Of_ANewerVersion_TellsTheVersionAndNoMore()
    {
        var letter = DeadLetter.Of(QueueNames.Parked, "m", new Death(Queue, "r", 1, null), "QI\u0009..."u8.ToArray());
        Assert.Equal((9, null, null, Queue), (letter.FormatVersion, letter.Model, letter.Jobs, letter.Queue));
    }

    [Fact]
    public void Of_OtherMessages_HaveOtherIds()
    {
        var none = new Death(null, null, 0, null);
        string[] ids =
        [
            DeadLetter.Of(QueueNames.Dead, "m1", none, Body(1)).Id, DeadLetter.Of(QueueNames.Dead, "m2", none, Body(1)).Id,
            DeadLetter.Of(QueueNames.Dead, "m1", none, Body(2)).Id, DeadLetter.Of(QueueNames.Parked, "m1", none, Body(1)).Id,
        ];
        Assert.Distinct(ids);
        Assert.Equal(ids[0], DeadLetter.Of(QueueNames.Dead, "m1", new Death(Queue, "another", 3, 4), Body(1)).Id);
    }

    private static byte[] Body(byte number) => [number];

    private static DeadLetter Letter(byte number, string queue = Queue) => DeadLetter.Of(QueueNames.Dead, $"m{number}", new Death(queue, "rejected", 1, null), Body(number));

    private async Task<string> KeepAsync(byte number, string queue = Queue)
    {
        var letter = Letter(number, queue);
        Assert.True(await _store.KeepAsync(letter, Body(number), Stop));
        return letter.Id;
    }

    private async Task<IEnumerable<string>> IdsAsync(string? queue = null) => (await _store.ListAsync(queue, 100, null, Stop)).Letters.Select(letter => letter.Id);

    private async Task<long> CountAsync() => (await _store.CountAsync(Stop)).Kept;
}
