using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using QueueInference.Core.Messaging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace QueueInference.Tests.Core.Messaging;

public sealed class BrokerNodesTests
{
    private static readonly Uri[] Three = [new("amqp://u:p@a:1/v"), new("amqp://u:p@b:2/v"), new("amqp://u:p@c:3/v")];

    [Fact]
    public void All_AgainAndAgain_TriesEachNodeAndBeginsWithTheNext()
    {
        var nodes = new BrokerNodes(Three);
        var tries = Enumerable.Range(0, 4).Select(_ => nodes.All().Select(node => node.HostName).ToList()).ToList();
        Assert.All(tries, hosts => Assert.Equal(["a", "b", "c"], hosts.Order()));
        Assert.Equal(["a", "b", "c"], tries.Take(3).Select(hosts => hosts[0]).Order());
        Assert.Equal(tries[0], tries[3]);
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 2.5)]
    [InlineData(10, 1.2)]
    public void Serve_SomeNodes_EachHasItsShareOfTheTime(int count, double seconds)
    {
        var factory = new ConnectionFactory();
        new BrokerNodes([.. Enumerable.Repeat(Three[0], count)]).Serve(factory, TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.FromSeconds(seconds), factory.RequestedConnectionTimeout);
    }

    [Fact]
    public void All_OverTls_ChecksTheCertificateOfEachNodeByItsOwnName()
    {
        foreach (var node in new BrokerNodes([new("amqps://a"), new("amqps://b:5")]).All())
        {
            Assert.True(node.Ssl.Enabled);
            Assert.Equal(node.HostName, node.Ssl.ServerName);
            Assert.Equal(SslPolicyErrors.None, node.Ssl.AcceptablePolicyErrors);
            Assert.Equal(node.HostName == "a" ? 5671 : 5, node.Port);
        }
    }

    /// <summary>A frozen process: its kernel takes the connection, and nobody ever answers.</summary>
    [Fact]
    public async Task Connect_NodeThatStandsStillBeforeTls_IsGivenUpInTime()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var factory = new ConnectionFactory { AutomaticRecoveryEnabled = false };
        new BrokerNodes([new($"amqps://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}")]).Serve(factory, TimeSpan.FromSeconds(1.2));
        var watch = Stopwatch.StartNew();
        await Assert.ThrowsAsync<BrokerUnreachableException>(() =>
            factory.CreateConnectionAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.InRange(watch.Elapsed.TotalSeconds, 1, 20);
    }
}
