using QueueInference.Core.Store;

namespace QueueInference.Tests.Core.Store;

public sealed class StoreSettingsTests
{
    private const string Good = "# Server\r\nredis_version:7.0.15\r\n# Memory\r\nmaxmemory_policy:noeviction\r\naof_enabled:1\r\naof_last_write_status:ok\r\n";

    [Fact]
    public void Faults_AsDocumented_None() => Assert.Empty(StoreSettings.Faults(Good));

    [Fact]
    public void Faults_NothingTold_None() => Assert.Empty(StoreSettings.Faults(""));

    [Theory]
    [InlineData("redis_version:7.0.15", "redis_version:6.2.7", "7.0")]
    [InlineData("maxmemory_policy:noeviction", "maxmemory_policy:allkeys-lru", "noeviction")]
    [InlineData("aof_enabled:1", "aof_enabled:0", "appendonly")]
    [InlineData("aof_last_write_status:ok", "aof_last_write_status:err", "append-only file")]
    public void Faults_OneSetting_IsNamedWithWhatToDo(string good, string bad, string named) =>
        Assert.Contains(named, Assert.Single(StoreSettings.Faults(Good.Replace(good, bad, StringComparison.Ordinal))), StringComparison.Ordinal);

    [Fact]
    public void Faults_Several_AreAllNamed() =>
        Assert.Equal(2, StoreSettings.Faults("maxmemory_policy:volatile-ttl\naof_enabled:0").Count);
}
