using QueueInference.Core.Store;
using QueueInference.Tests.Core.Jobs;
using StackExchange.Redis;

namespace QueueInference.Tests.Core.Store;

/// <summary>Over a store that has no replicas; with some: RedisFailoverTests.</summary>
public sealed class ReplicaBarrierTests(GarnetFixture garnet) : IClassFixture<GarnetFixture>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("qi:{p07}:open", "qi:{p07}:mark")]
    [InlineData("qi:idem:default:00ff", "qi:{qi:idem:default:00ff}:mark")]
    public void MarkKey_OfAnyKey_IsInItsSlot(string key, string mark) => Assert.Equal(mark, (string?)ReplicaBarrier.MarkKey(key));

    [Fact]
    public async Task Promise_WithoutReplicas_IsNotBelieved()
    {
        var store = NewStore(out var barrier);
        using (barrier)
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(
                () => store.RunAsync("idempotency", ["qi:idem:default:" + Guid.NewGuid()], ["id", "fingerprint", 60_000], Stop));
        }
    }

    [Fact]
    public async Task WhatIsDoneOverWhenItIsLost_WithoutReplicas_DoesNotWait()
    {
        var store = NewStore(out var barrier);
        using (barrier)
        {
            Assert.Equal(["lost"], await store.RunManyAsync("renew", ["qi:{p00}:open", "qi:{p00}:job:nobody"], [1000, 1000, "nobody", "token"], Stop));
        }
    }

    private RedisStore NewStore(out ReplicaBarrier barrier)
    {
        barrier = new ReplicaBarrier(RedisConnection.Open(garnet.Address, TimeSpan.FromSeconds(2)), new ReplicaOptions { WaitForReplicas = 1 });
        return new RedisStore(garnet.Redis, new RedisStoreOptions(TimeSpan.FromSeconds(10))) { Replicas = barrier };
    }
}
