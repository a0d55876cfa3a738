using QueueInference.Core.Payloads;
using QueueInference.Core.Store;
using QueueInference.Tests.Shared;

namespace QueueInference.Functional.Payloads;

public sealed class S3PayloadsTests : PayloadStoreContract, IAsyncLifetime
{
    private readonly Bucket _bucket = new();

    protected override IPayloadStore Store => new S3Payloads(_bucket.Client, Bucket.Name, _bucket.Prefix);

    public async ValueTask InitializeAsync() => await _bucket.StartAsync();

    public ValueTask DisposeAsync() => _bucket.DisposeAsync();

    [Fact]
    public async Task UploadOfAProcessThatDied_IsDeletedToo()
    {
        await _bucket.Client.InitiateMultipartUploadAsync(Bucket.Name, _bucket.Prefix + "p00x", TestContext.Current.CancellationToken);
        Assert.Equal(1, await _bucket.CountAsync("p00x"));
        await Store.DeleteAsync("p00x", TestContext.Current.CancellationToken);
        Assert.Equal(0, await _bucket.CountAsync("p00x"));
    }

    [Fact]
    public async Task ServerAway_IsUnavailable()
    {
        using var client = S3Clients.Create($"http://127.0.0.1:{Services.Ports.Free()}", new Amazon.Runtime.BasicAWSCredentials("test", "test"));
        var store = new S3Payloads(client, Bucket.Name, "");
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.OpenAsync("p00x", TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.WriteAsync("p00x", PayloadPieces.Cut([new byte[1]]).ToAsyncEnumerable(), TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.DeleteAsync("p00x", TestContext.Current.CancellationToken));
    }

    protected override async Task<bool> KeepsAnythingAsync(string name) => await _bucket.CountAsync(name) > 0;
}
