using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using QueueInference.Core.Hosting;

namespace QueueInference.Tests.Core.Hosting;

public sealed class CoreRegistrationTests
{
    [Fact]
    public void AddBrokerAndStore_BothWrong_NamesBothAtOnce()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:RabbitMq"] = "amqp://u:s3cret@a,amqp://u:other@b",
        }).Build();
        var message = Assert.Throws<StartupException>(() => new ServiceCollection().AddBrokerAndStore(configuration, TimeSpan.FromSeconds(1))).Message;
        Assert.Contains("ConnectionStrings__RabbitMq names several nodes", message, StringComparison.Ordinal);
        Assert.Contains("ConnectionStrings__Redis must name", message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", message, StringComparison.Ordinal);
    }
}
