using System.Net;
using System.Net.Sockets;
using System.Text;

namespace QueueInference.Functional.Http;

/// <summary>A chunked request whose body is sent piece by piece, while its answer is read.</summary>
internal sealed class OpenRequest : IDisposable
{
    private readonly TcpClient _client = new();
    private readonly byte[] _buffer = new byte[64 << 10];
    private string _read = "";

    public static async Task<OpenRequest> StartAsync(int port, string path, string contentType)
    {
        var request = new OpenRequest();
        await request._client.ConnectAsync(IPAddress.Loopback, port);
        await request.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {contentType}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"));
        return request;
    }

    public Task SendAsync(string body) => WriteAsync(RawHttp.Chunk(Encoding.UTF8.GetBytes(body)));

    public Task EndAsync() => WriteAsync("0\r\n\r\n"u8.ToArray());

    /// <summary>Reads until this text has come; answers everything read so far.</summary>
    public async Task<string> ReadUntilAsync(string text)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!_read.Contains(text, StringComparison.Ordinal))
        {
            var read = await OrNothingAsync(_client.GetStream().ReadAsync(_buffer, deadline.Token));
            Assert.True(read > 0, $"Waited in vain for {text} after: {_read}");
            _read += Encoding.UTF8.GetString(_buffer, 0, read);
        }

        return _read;
    }

    /// <summary>Goes away without a word.</summary>
    public void Reset() => _client.Client.Close(0);

    public void Dispose() => _client.Dispose();

    private static async Task<int> OrNothingAsync(ValueTask<int> read)
    {
        try
        {
            return await read;
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
    }

    private async Task WriteAsync(byte[] bytes) => await _client.GetStream().WriteAsync(bytes);
}
