using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace QueueInference.Functional.Hosts;

/// <summary>One caller that waits for one job on a connection of its own, as cheaply as can be: there are thousands of them beside the process they wait on.</summary>
internal sealed class LongPoll : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    /// <summary>Connects and asks; the answer is awaited with <see cref="AnswerAsync"/>.</summary>
    public static async Task<LongPoll> StartAsync(Uri host, string id, int seconds)
    {
        var poll = new LongPoll();
        await poll._socket.ConnectAsync(IPAddress.Loopback, host.Port);
        await poll._socket.SendAsync(Encoding.ASCII.GetBytes($"GET /v1/jobs/{id}?wait={seconds} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        return poll;
    }

    /// <summary>The state in the answer.</summary>
    public async Task<string> AnswerAsync()
    {
        // Memory only once there is something to read.
        await _socket.ReceiveAsync(Memory<byte>.Empty);
        var text = "";
        var buffer = new byte[4096];
        for (int read; (read = await _socket.ReceiveAsync(buffer)) > 0;)
        {
            text += Encoding.UTF8.GetString(buffer, 0, read);
        }

        Assert.StartsWith("HTTP/1.1 200", text, StringComparison.Ordinal);
        return JobClient.State(JsonDocument.Parse(text[text.IndexOf("\r\n\r\n", StringComparison.Ordinal)..]).RootElement);
    }

    /// <summary>Goes away; before the answer, without a word.</summary>
    public void Dispose() => _socket.Dispose();
}
