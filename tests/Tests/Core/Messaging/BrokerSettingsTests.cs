using QueueInference.Core.Messaging;

namespace QueueInference.Tests.Core.Messaging;

public sealed class BrokerSettingsTests
{
    [Theory]
    [InlineData("3.10.8")]
    [InlineData("3.13.7")]
    [InlineData("4.0.5")]
    [InlineData("4.3.0-beta.2")]
    public void Faults_VersionThatWillDo_None(string version) => Assert.Empty(BrokerSettings.Faults(Properties("RabbitMQ", version)));

    [Theory]
    [InlineData("3.9.29")]
    [InlineData("3.8.0-rc.1")]
    public void Faults_OldVersion_IsNamedWithWhatToDo(string version) => Assert.Equal(
        $"It is RabbitMQ {version}; before 3.10 a dead letter may be lost on its way. Upgrade it.", Assert.Single(BrokerSettings.Faults(Properties("RabbitMQ", version))));

    [Fact]
    public void Faults_AnotherBroker_IsNamed() => Assert.Contains("It is LavinMQ.", Assert.Single(BrokerSettings.Faults(Properties("LavinMQ", "3.10.0"))), StringComparison.Ordinal);

    [Fact]
    public void Faults_NothingTold_None()
    {
        Assert.Empty(BrokerSettings.Faults(null));
        Assert.Empty(BrokerSettings.Faults(new Dictionary<string, object?> { ["version"] = 3, ["product"] = null }));
        Assert.Empty(BrokerSettings.Faults(Properties("RabbitMQ", "of today")));
    }

    private static Dictionary<string, object?> Properties(string product, string version) =>
        new() { ["product"] = System.Text.Encoding.UTF8.GetBytes(product), ["version"] = System.Text.Encoding.UTF8.GetBytes(version) };
}
