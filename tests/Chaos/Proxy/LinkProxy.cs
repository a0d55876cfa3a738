using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace QueueInference.Chaos.Proxy;

/// <summary>Stands between hosts and a server, and does to their connections what a bad network does.</summary>
internal sealed class LinkProxy : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentDictionary<ProxiedConnection, Task> _connections = new();
    private readonly Func<ILinkFilter> _filter;
    private readonly int _serverPort;
    private readonly Task _accepting;

    /// <param name="name">For reports.</param>
    /// <param name="serverPort">Where the server listens, on the loopback address.</param>
    /// <param name="filter">Makes what follows a connection.</param>
    public LinkProxy(string name, int serverPort, Func<Losses, ILinkFilter> filter)
    {
        (Name, _serverPort, _filter) = (name, serverPort, () => filter(Losses));
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(512);
        _accepting = AcceptAsync();
    }

    public string Name { get; }
    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;
    public Losses Losses { get; } = new();
    public Weather Weather { get; } = new();

    /// <summary>Resets every connection; answers how many.</summary>
    public int ResetAll()
    {
        var all = _connections.Keys.ToList();
        all.ForEach(connection => connection.Reset());
        return all.Count;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        ResetAll();
        await Task.WhenAll(_connections.Values);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ConnectAsync(await _listener.AcceptAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The proxy ends.
        }
    }

    private async Task ConnectAsync(Socket host)
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        host.NoDelay = true;
        var connection = new ProxiedConnection(host, server, _filter(), Weather);
        var ended = new TaskCompletionSource();
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _serverPort);
            // Before it carries anything: who sees a byte may reset it.
            _connections[connection] = ended.Task;
            await connection.RunAsync();
        }
        catch (SocketException)
        {
            // The server is away.
        }
        finally
        {
            _connections.TryRemove(connection, out _);
            connection.Dispose();
            ended.SetResult();
        }
    }
}
