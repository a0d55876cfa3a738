using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace QueueInference.Bench.Load;

/// <summary>A keep-alive HTTP/1.1 connection that costs the generator little: requests are sent as they were made, answers read in place.</summary>
internal sealed class Connection : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _buffer = new byte[16 * 1024];
    private int _filled;

    public static async Task<Connection> OpenAsync(Uri address)
    {
        var connection = new Connection();
        await connection._socket.ConnectAsync(IPAddress.Loopback, address.Port);
        return connection;
    }

    /// <summary>Sends a request and reads its answer; the body is valid until the next call.</summary>
    public async ValueTask<(int Status, ReadOnlyMemory<byte> Body)> AskAsync(ReadOnlyMemory<byte> request)
    {
        for (var rest = request; !rest.IsEmpty;)
        {
            rest = rest[await _socket.SendAsync(rest)..];
        }

        _filled = 0;
        int head;
        while ((head = _buffer.AsSpan(0, _filled).IndexOf("\r\n\r\n"u8)) < 0)
        {
            await FillAsync();
        }

        var (status, length) = ReadHead(_buffer.AsSpan(0, head + 2));
        while (_filled < head + 4 + length)
        {
            await FillAsync();
        }

        return (status, _buffer.AsMemory(head + 4, length));
    }

    public void Dispose() => _socket.Dispose();

    private async ValueTask FillAsync()
    {
        if (_filled == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = await _socket.ReceiveAsync(_buffer.AsMemory(_filled));
        _filled += read > 0 ? read : throw new IOException("The Api closed the connection.");
    }

    private static (int Status, int Length) ReadHead(ReadOnlySpan<byte> head)
    {
        var name = "\r\nContent-Length: "u8;
        var value = head[(head.IndexOf(name) + name.Length)..];
        return (Number(head[9..12]), Number(value[..value.IndexOf((byte)'\r')]));
    }

    private static int Number(ReadOnlySpan<byte> digits) => int.Parse(Encoding.ASCII.GetString(digits), CultureInfo.InvariantCulture);
}
