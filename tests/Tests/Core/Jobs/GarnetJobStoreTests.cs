using QueueInference.Tests.Shared;

namespace QueueInference.Tests.Core.Jobs;

public sealed class GarnetJobStoreTests(GarnetFixture garnet) : JobStoreContract(garnet.Redis), IClassFixture<GarnetFixture>;

public sealed class GarnetJobStoreModelTests(GarnetFixture garnet) : JobStoreModelContract(garnet.Redis), IClassFixture<GarnetFixture>;
