using System.Net.Sockets;
using RabbitMQ.Client;

namespace QueueInference.Core.Messaging;

/// <summary>
/// A socket that closes unless TCP and TLS are through in time. The client gives TLS no deadline of its own: a node that stands still
/// would hold a connection that is being made forever, and no other node would be tried.
/// </summary>
internal sealed class PromptSocket : TcpClientAdapter
{
    private readonly Timer _deadline;

    public PromptSocket(AddressFamily family, TimeSpan within)
        : base(new Socket(family, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }) =>
        _deadline = new Timer(_ => Close(), null, within, Timeout.InfiniteTimeSpan);

    /// <summary>The client sets it when both are through.</summary>
    public override TimeSpan ReceiveTimeout
    {
        get => base.ReceiveTimeout;
        set
        {
            _deadline.Dispose();
            base.ReceiveTimeout = value;
        }
    }

    protected override void Dispose(bool disposing)
    {
        _deadline.Dispose();
        base.Dispose(disposing);
    }
}
