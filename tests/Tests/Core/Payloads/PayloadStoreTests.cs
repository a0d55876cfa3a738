using QueueInference.Core.Payloads;
using QueueInference.Core.Store;
using QueueInference.Tests.Core.Jobs;
using QueueInference.Tests.Shared;

namespace QueueInference.Tests.Core.Payloads;

public sealed class GarnetPayloadLedgerTests(GarnetFixture garnet) : PayloadLedgerContract(garnet.Redis), IClassFixture<GarnetFixture>;

public sealed class GarnetPayloadsTests(GarnetFixture garnet) : PayloadStoreContract, IClassFixture<GarnetFixture>
{
    protected override IPayloadStore Store { get; } = new RedisPayloads(garnet.Redis, TimeSpan.FromSeconds(10));

    protected override Task<bool> KeepsAnythingAsync(string name) => garnet.Redis.GetDatabase().KeyExistsAsync(RedisPayloads.Key(name));
}

public sealed class FolderPayloadsTests : PayloadStoreContract, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qi-payloads-").FullName;

    protected override IPayloadStore Store => new FolderPayloads(_folder);

    [Fact]
    public async Task FolderAway_IsUnavailable()
    {
        var store = new FolderPayloads(Path.Combine(_folder, "away"));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.OpenAsync("p00x", TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.WriteAsync("p00x", PayloadPieces.Cut([new byte[1]]).ToAsyncEnumerable(), TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.DeleteAsync("p00x", TestContext.Current.CancellationToken));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    protected override Task<bool> KeepsAnythingAsync(string name) => Task.FromResult(Directory.EnumerateFiles(_folder).Any());
}
