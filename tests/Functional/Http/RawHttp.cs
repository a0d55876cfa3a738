using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace QueueInference.Functional.Http;

/// <summary>Requests byte by byte, for what HttpClient would not send.</summary>
internal static class RawHttp
{
    /// <summary>Sends a request and reads until the server closes; the request should say <c>Connection: close</c>.</summary>
    public static async Task<(int Status, string Text)> SendAsync(int port, string head, IEnumerable<byte[]>? body = null)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        var stream = client.GetStream();
        var sending = SendAsync(stream, head, body ?? []);
        var answer = await ReadAsync(stream);
        await sending;
        Assert.StartsWith("HTTP/1.1 ", answer, StringComparison.Ordinal);
        return (int.Parse(answer.AsSpan(9, 3), CultureInfo.InvariantCulture), answer);
    }

    /// <summary>One chunk of the chunked transfer coding.</summary>
    public static byte[] Chunk(ReadOnlySpan<byte> data) => [.. Encoding.ASCII.GetBytes($"{data.Length:x}\r\n"), .. data, .. "\r\n"u8];

    private static async Task SendAsync(NetworkStream stream, string head, IEnumerable<byte[]> body)
    {
        try
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(head.ReplaceLineEndings("\r\n") + "\r\n"));
            foreach (var bytes in body)
            {
                await stream.WriteAsync(bytes);
            }
        }
        catch (IOException)
        {
            // The server may close before it has read everything; its answer tells.
        }
    }

    private static async Task<string> ReadAsync(NetworkStream stream)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var read = new MemoryStream();
        try
        {
            await stream.CopyToAsync(read, deadline.Token);
        }
        catch (IOException)
        {
            // A reset after the answer: what came before it counts.
        }

        return Encoding.UTF8.GetString(read.ToArray());
    }
}
