using Microsoft.Extensions.DependencyInjection;
using QueueInference.Core.Messaging;
using QueueInference.Tests.Shared;

namespace QueueInference.Tests.Core.Messaging;

public sealed class InMemoryJobBusTests : JobBusContract
{
    protected override void Register(IServiceCollection services) => services.AddInMemoryJobBus();
}
