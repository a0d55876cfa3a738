using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace QueueInference.Functional.Hosts;

/// <summary>Asks a host how it is ten times a second, on a connection and a thread of its own, so that it measures the host and not the test around it.</summary>
internal sealed class HealthProbe : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private readonly Uri _host;
    private readonly byte[][] _requests;
    private readonly List<TimeSpan> _times = [];
    private readonly Thread _thread;
    private volatile bool _stop;

    public HealthProbe(Uri host, params string[] paths)
    {
        _host = host;
        _requests = [.. paths.Select(path => Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"))];
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>What went wrong; null when every answer was 200.</summary>
    public string? Fault { get; private set; }

    public int Count => _times.Count;

    /// <summary>Ends it; answers how long it took for so many of a hundred.</summary>
    public TimeSpan Percentile(double percent)
    {
        Dispose();
        Assert.Null(Fault);
        var sorted = _times.Order().ToList();
        return sorted[(int)Math.Min(sorted.Count - 1, sorted.Count * percent / 100)];
    }

    public void Dispose()
    {
        _stop = true;
        _thread.Join();
    }

    private void Run()
    {
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 30_000 };
            socket.Connect(IPAddress.Loopback, _host.Port);
            var buffer = new byte[4096];
            for (var i = 0; !_stop; i++)
            {
                var began = Stopwatch.GetTimestamp();
                socket.Send(_requests[i % _requests.Length]);
                var answer = Receive(socket, buffer);
                _times.Add(Stopwatch.GetElapsedTime(began));
                Fault ??= answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) ? null : answer;
                Thread.Sleep(Interval);
            }
        }
        catch (SocketException e)
        {
            Fault = e.Message;
        }
    }

    /// <summary>The answer is chunked, and may come in pieces.</summary>
    private static string Receive(Socket socket, byte[] buffer)
    {
        var text = "";
        while (!text.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal))
        {
            var read = socket.Receive(buffer);
            if (read == 0)
            {
                return $"cut off after: {text}";
            }

            text += Encoding.ASCII.GetString(buffer, 0, read);
        }

        return text;
    }
}
