using QueueInference.Tests.Core.Jobs;
using QueueInference.Tests.Shared;

namespace QueueInference.Tests.Core.DeadLetters;

public sealed class GarnetDeadLetterStoreTests(GarnetFixture garnet) : DeadLetterStoreContract(garnet.Redis), IClassFixture<GarnetFixture>;
