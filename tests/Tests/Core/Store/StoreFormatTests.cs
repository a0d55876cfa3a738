using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using QueueInference.Core.Hosting;
using QueueInference.Core.Store;
using QueueInference.Tests.Core.Jobs;
using StackExchange.Redis;

namespace QueueInference.Tests.Core.Store;

public sealed class StoreFormatTests(GarnetFixture garnet) : IClassFixture<GarnetFixture>
{
    private const string Key = "qi:format";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private IDatabase Redis => garnet.Redis.GetDatabase();

    private RedisStore NewStore() => new(garnet.Redis, new RedisStoreOptions(TimeSpan.FromSeconds(10)));

    [Fact]
    public async Task FirstCall_NewStore_WritesTheFormat()
    {
        await Redis.KeyDeleteAsync(Key);
        await NewStore().GuardAsync(redis => redis.PingAsync(), Stop);
        Assert.Equal(StoreFormat.Version, (string?)await Redis.StringGetAsync(Key));
    }

    [Fact]
    public async Task FirstCall_OurStore_LeavesItAsItIs()
    {
        await Redis.StringSetAsync(Key, StoreFormat.Version);
        Assert.True(await NewStore().GuardAsync(_ => Task.FromResult(true), Stop));
    }

    [Theory]
    [InlineData("2", "has format 2, and")]
    [InlineData("", "has format that is none of ours")]
    [InlineData("nonsense\nof others", "has format that is none of ours")]
    public async Task EveryCall_AnotherFormat_IsRefusedUnrun(string format, string said)
    {
        await Redis.StringSetAsync(Key, format);
        var (store, ran) = (NewStore(), 0);
        for (var i = 0; i < 2; i++)
        {
            var e = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.GuardAsync(_ => Task.FromResult(ran++), Stop));
            Assert.Contains(said, Assert.IsType<StoreFormatException>(e.InnerException).Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, ran);
        Assert.Equal(format, (string?)await Redis.StringGetAsync(Key));
        await Redis.KeyDeleteAsync(Key);
    }

    /// <summary>The store was emptied and given to another release while this process ran.</summary>
    [Fact]
    public async Task Check_FormatChanged_RefusesEveryCallFromThenOn()
    {
        await Redis.StringSetAsync(Key, StoreFormat.Version);
        var store = NewStore();
        await store.GuardAsync(redis => redis.PingAsync(), Stop);
        await Redis.StringSetAsync(Key, "9");
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CheckFormatAsync(Stop));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.GuardAsync(redis => redis.PingAsync(), Stop));

        await Redis.KeyDeleteAsync(Key);
        await store.CheckFormatAsync(Stop);
        Assert.Equal(StoreFormat.Version, (string?)await Redis.StringGetAsync(Key));
    }

    [Fact]
    public async Task Process_FormatChangesLater_EndsWithAnError()
    {
        await Redis.KeyDeleteAsync(Key);
        var (time, lifetime) = (new FakeTimeProvider(), new Lifetime());
        using var check = new StoreFormatCheck(NewStore(), time, lifetime, NullLogger<StoreFormatCheck>.Instance);
        await check.StartAsync(Stop);
        await Wait.UntilAsync(async () => await Redis.KeyExistsAsync(Key), TimeSpan.FromSeconds(20), "the format to be written");
        Assert.False(lifetime.Stopped);
        await Redis.StringSetAsync(Key, "9");
        await Wait.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(15));
            return lifetime.Stopped;
        }, TimeSpan.FromSeconds(20), "the process to end");
        await check.StopAsync(Stop);
        Assert.Equal(1, Environment.ExitCode);
        Environment.ExitCode = 0;
        await Redis.KeyDeleteAsync(Key);
    }

    [Fact]
    public async Task HostProgram_AnotherFormatAtStart_IsASentenceNotAStackTrace() =>
        Assert.Equal(1, await HostProgram.RunAsync(() => throw new StoreUnavailableException(new StoreFormatException("9"))));

    private sealed class Lifetime : IHostApplicationLifetime
    {
        public bool Stopped { get; private set; }
        public CancellationToken ApplicationStarted => default;
        public CancellationToken ApplicationStopping => default;
        public CancellationToken ApplicationStopped => default;

        public void StopApplication() => Stopped = true;
    }
}
