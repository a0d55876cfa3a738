using System.Net;
using System.Net.Sockets;
using System.Text;

namespace QueueInference.Tests.Api.Webhooks;

/// <summary>A bare TCP endpoint on loopback: it reads one request per connection, then does what the script says.</summary>
internal sealed class Sink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<Socket, CancellationToken, Task> _answer;
    private readonly Task _loop;

    public Sink(Func<Socket, CancellationToken, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _loop = AcceptAsync();
    }

    public Sink(string response) : this(async (socket, stop) => await socket.SendAsync(Encoding.ASCII.GetBytes(response), stop))
    {
    }

    public Uri Url => new($"http://{_listener.LocalEndpoint}/hook");

    public List<string> Requests { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                using var socket = await _listener.AcceptSocketAsync(_stop.Token);
                Requests.Add(await ReadRequestAsync(socket));
                await _answer(socket, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task<string> ReadRequestAsync(Socket socket)
    {
        var request = "";
        var buffer = new byte[4096];
        while (!request.EndsWith('}'))
        {
            var read = await socket.ReceiveAsync(buffer, _stop.Token);
            request += read == 0 ? "}" : Encoding.ASCII.GetString(buffer, 0, read);
        }

        return request;
    }
}
