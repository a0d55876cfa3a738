using System.Buffers;
using System.Net;
using System.Net.Sockets;
using QueueInference.Chaos.Proxy;

namespace QueueInference.Tests.Chaos.Proxy;

/// <summary>What a link does to bytes and connections, over real sockets of the loopback address.</summary>
public sealed class LinkProxyTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private LinkProxy _proxy = null!;
    private Socket _host = null!, _accepted = null!;

    public async ValueTask InitializeAsync()
    {
        _server.Start();
        _proxy = new LinkProxy("test", ((IPEndPoint)_server.LocalEndpoint).Port, _ => new Everything());
        _host = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await _host.ConnectAsync(IPAddress.Loopback, _proxy.Port);
        _accepted = await _server.AcceptSocketAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _host.Dispose();
        _accepted.Dispose();
        await _proxy.DisposeAsync();
        _server.Dispose();
    }

    [Fact]
    public async Task Bytes_EitherWay_Arrive()
    {
        await _host.SendAsync("ping"u8.ToArray());
        Assert.Equal("ping"u8.ToArray(), await ReceiveAsync(_accepted));

        await _accepted.SendAsync("pong"u8.ToArray());
        Assert.Equal("pong"u8.ToArray(), await ReceiveAsync(_host));
    }

    [Fact]
    public async Task Close_ThenOpen_HoldsBytesBackAndKeepsTheConnection()
    {
        _proxy.Weather.Close();
        await _host.SendAsync("late"u8.ToArray());
        var arrival = ReceiveAsync(_accepted);
        while (_proxy.Weather.Swallowed < 4)
        {
            await Task.Yield();
        }

        Assert.False(arrival.IsCompleted);
        _proxy.Weather.Open();
        Assert.Equal("late"u8.ToArray(), await arrival);
    }

    [Fact]
    public async Task ResetAll_OpenConnection_IsResetAtBothEnds()
    {
        await _host.SendAsync("ping"u8.ToArray());
        await ReceiveAsync(_accepted);

        Assert.Equal(1, _proxy.ResetAll());

        foreach (var socket in new[] { _host, _accepted })
        {
            var error = await Assert.ThrowsAsync<SocketException>(() => ReceiveAsync(socket));
            Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
        }
    }

    [Fact]
    public async Task Latency_OneWay_IsAdded()
    {
        _proxy.Weather.Latency = TimeSpan.FromMilliseconds(200);
        var from = System.Diagnostics.Stopwatch.GetTimestamp();

        await _host.SendAsync("ping"u8.ToArray());
        await ReceiveAsync(_accepted);

        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(from) >= TimeSpan.FromMilliseconds(190));
    }

    [Fact]
    public async Task End_OfTheHost_ReachesTheServer()
    {
        _host.Shutdown(SocketShutdown.Send);

        Assert.Empty(await ReceiveAsync(_accepted));
    }

    private static async Task<byte[]> ReceiveAsync(Socket socket)
    {
        var buffer = new byte[100];
        return buffer[..await socket.ReceiveAsync(buffer).WaitAsync(Deadline)];
    }

    private sealed class Everything : ILinkFilter
    {
        public bool Pass(bool fromHost, ReadOnlySpan<byte> bytes, IBufferWriter<byte> onward)
        {
            onward.Write(bytes);
            return true;
        }
    }
}
