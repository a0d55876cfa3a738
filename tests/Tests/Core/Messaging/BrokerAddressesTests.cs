using QueueInference.Core.Messaging;

namespace QueueInference.Tests.Core.Messaging;

public sealed class BrokerAddressesTests
{
    private const string Secret = "s3cret";

    [Theory]
    [InlineData("amqp://guest:s3cret@a:5672", "a:5672")]
    [InlineData("amqp://a", "a:-1")]
    [InlineData("amqps://u:s3cret@10.0.0.1/v%2Fw", "10.0.0.1:-1")]
    [InlineData("amqp://u:s3cret@a:1, amqp://u:s3cret@b:2,amqp://u:s3cret@c:3", "a:1 b:2 c:3")]
    [InlineData(" amqp://u:s3cret@a:1\n  AMQP://u:s3cret@[::1]:2 ,", "a:1 [::1]:2")]
    [InlineData("amqp://u:s3,cret@a:1,amqp://u:s3,cret@b:1", "a:1 b:1")]
    public void Parse_AddressesThatAgree_AreTheNodes(string text, string nodes)
    {
        Assert.Equal(nodes, string.Join(' ', BrokerAddresses.Parse(text, out var fault).Select(node => $"{node.Host}:{node.Port}")));
        Assert.Null(fault);
    }

    [Theory]
    [InlineData(null, "ConnectionStrings__RabbitMq must be an AMQP URI such as amqp://user:password@host:5672")]
    [InlineData("", "must be an AMQP URI")]
    [InlineData("rabbit.example:5672", "must be an AMQP URI")]
    [InlineData("http://u:s3cret@a", "must be an AMQP URI")]
    [InlineData("amqp://u:s3cret@", "must be an AMQP URI")]
    [InlineData("amqp://u:s3cret@a/v/w", "are written like %2F")]
    [InlineData("amqp://u:s3cret@a b:5672", "Address 2 of 2 is none")]
    [InlineData("amqp://u:s3cret@a:5672,b:5672", "must be an AMQP URI")]
    [InlineData("amqp://u:s3cret@a,b", "must be an AMQP URI")]
    [InlineData("amqp://u:s3cret@a,amqp://", "Address 2 of 2 is none")]
    [InlineData("amqp://u:s3cret@a,amqps://u:s3cret@b", "so the scheme must be the same in each address")]
    [InlineData("amqp://u:s3cret@a,amqp://u:other@b", "so user and password must be the same in each address")]
    [InlineData("amqp://u:s3cret@a/v,amqp://u:s3cret@b", "so the virtual host must be the same in each address")]
    [InlineData("amqp://u:s3cret@a/v,amqps://b/w", "so the scheme and user and password and the virtual host must be")]
    public void Parse_WrongAddress_SaysWhatToDoAndEchoesNothing(string? text, string expected)
    {
        Assert.Empty(BrokerAddresses.Parse(text, out var fault));
        Assert.Contains(expected, fault, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, fault, StringComparison.Ordinal);
    }
}
