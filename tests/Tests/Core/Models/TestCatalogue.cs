using Microsoft.Extensions.Options;
using QueueInference.Core.Jobs;
using QueueInference.Core.Models;
using QueueInference.Core.Store;
using QueueInference.Tests.Core.Jobs;

namespace QueueInference.Tests.Core.Models;

internal static class TestCatalogue
{
    public static (ModelCatalogue Catalogue, GoneVersions Gone) Over(GarnetFixture garnet, TimeProvider time)
    {
        var store = new RedisStore(garnet.Redis, new RedisStoreOptions(TimeSpan.FromSeconds(10)));
        var gone = new GoneVersions(store, Options.Create(new JobOptions()), time);
        return (new ModelCatalogue(store, gone, time), gone);
    }
}
