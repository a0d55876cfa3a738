using RabbitMQ.Client;

namespace QueueInference.Core.Messaging;

/// <summary>
/// The nodes of one RabbitMQ. Each attempt to connect tries all of them, and begins with another than the one before; what one node may
/// take of the time is its share, so that one that is away holds up no other.
/// </summary>
internal sealed class BrokerNodes(IReadOnlyList<Uri> addresses) : IEndpointResolver
{
    /// <summary>A lost packet is sent again after a second.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1.2);

    private readonly AmqpTcpEndpoint[] _endpoints = [.. addresses.Select(Endpoint)];
    private int _turn = Random.Shared.Next(addresses.Count);

    /// <summary>The one whose user, password and virtual host are those of all.</summary>
    public Uri First => addresses[0];

    /// <summary>Has a factory connect to these nodes, whatever host it names itself.</summary>
    /// <param name="factory">Whose.</param>
    /// <param name="within">How long all nodes together may take until one of them is connected, its handshake of AMQP aside.</param>
    public void Serve(ConnectionFactory factory, TimeSpan within)
    {
        var share = within / _endpoints.Length > Least ? within / _endpoints.Length : Least;
        factory.RequestedConnectionTimeout = share;
        factory.SocketFactory = family => new PromptSocket(family, share);
        factory.EndpointResolverFactory = _ => this;
    }

    public IEnumerable<AmqpTcpEndpoint> All()
    {
        var first = (uint)Interlocked.Increment(ref _turn);
        return _endpoints.Select((_, i) => _endpoints[(first + (uint)i) % (uint)_endpoints.Length]);
    }

    /// <summary>With TLS, the certificate must be trusted and be that of this very host.</summary>
    private static AmqpTcpEndpoint Endpoint(Uri address) =>
        new(address.Host, address.Port, new SslOption(address.Host, enabled: address.Scheme == "amqps"));
}
