using QueueInference.Api.Models;
using QueueInference.Contracts;
using QueueInference.Core.Models;
using QueueInference.Core.Store;
using QueueInference.Tests.Core.Jobs;
using QueueInference.Tests.Core.Models;

namespace QueueInference.Tests.Api.Models;

public sealed class ModelDirectoryTests(GarnetFixture garnet) : IClassFixture<GarnetFixture>
{
    private readonly ModelCatalogue _catalogue = TestCatalogue.Over(garnet, TimeProvider.System).Catalogue;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Find_AnnouncedJustAfterARead_IsFound()
    {
        using var directory = new ModelDirectory(_catalogue, TimeProvider.System);
        await _catalogue.AnnounceAsync([Version("first", 1)], Stop);
        Assert.NotNull(await directory.FindAsync("first", null, Stop));
        await _catalogue.AnnounceAsync([Version("second", 1)], Stop);
        Assert.NotNull(await directory.FindAsync("second", null, Stop));
    }

    [Fact]
    public async Task Find_WithoutVersion_IsTheLatest()
    {
        using var directory = new ModelDirectory(_catalogue, TimeProvider.System);
        await _catalogue.AnnounceAsync([Version("several", 2), Version("several", 10), Version("several", 9)], Stop);
        Assert.Equal(10, (await directory.FindAsync("several", null, Stop))!.Version);
        Assert.Equal(2, (await directory.FindAsync("several", 2, Stop))!.Version);
        Assert.Null(await directory.FindAsync("several", 3, Stop));
    }

    private static ModelVersionInfo Version(string model, int version) =>
        new(model, version, new ModelSignature([], []), MaxBatchSize: 1, MaxGroupJobs: 1, MaxAttempts: 3, Sha256: "");
}
