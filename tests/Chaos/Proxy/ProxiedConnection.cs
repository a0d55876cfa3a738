using System.Buffers;
using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;

namespace QueueInference.Chaos.Proxy;

/// <summary>One connection of a host, by way of the proxy.</summary>
internal sealed class ProxiedConnection(Socket host, Socket server, ILinkFilter filter, Weather weather) : IDisposable
{
    private const int Parcels = 64;
    private readonly CancellationTokenSource _end = new();

    private sealed record Parcel(ReadOnlyMemory<byte> Bytes, long At);

    /// <summary>Carries bytes until either end closes or the connection is reset.</summary>
    public async Task RunAsync()
    {
        await Task.WhenAll(CarryAsync(host, server, fromHost: true), CarryAsync(server, host, fromHost: false));
        host.Dispose();
        server.Dispose();
    }

    /// <summary>Both ends see a reset (RST), not an orderly end.</summary>
    public void Reset()
    {
        foreach (var socket in new[] { host, server })
        {
            try
            {
                socket.LingerState = new LingerOption(true, 0);
                _end.Cancel();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // It has ended already.
            }

            socket.Dispose();
        }
    }

    public void Dispose()
    {
        Reset();
        _end.Dispose();
    }

    private async Task CarryAsync(Socket from, Socket to, bool fromHost)
    {
        var line = Channel.CreateBounded<Parcel>(Parcels);
        var reading = ReadAsync(from, line.Writer, fromHost);
        try
        {
            await WriteAsync(to, line.Reader);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException or ChannelClosedException)
        {
            // Also where the other end was reset: that goes on as a reset.
            Reset();
        }

        await reading;
    }

    private async Task ReadAsync(Socket from, ChannelWriter<Parcel> line, bool fromHost)
    {
        var buffer = new byte[32 * 1024];
        try
        {
            int read;
            while ((read = await from.ReceiveAsync(buffer, _end.Token)) > 0)
            {
                var onward = new ArrayBufferWriter<byte>(read);
                var goesOn = filter.Pass(fromHost, buffer.AsSpan(0, read), onward);
                await line.WriteAsync(new Parcel(onward.WrittenMemory, Stopwatch.GetTimestamp()), _end.Token);
                if (!goesOn)
                {
                    throw new OperationCanceledException("to be reset");
                }
            }

            line.Complete();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            line.TryComplete(e);
        }
    }

    private async Task WriteAsync(Socket to, ChannelReader<Parcel> line)
    {
        await foreach (var parcel in line.ReadAllAsync(_end.Token))
        {
            var wait = weather.Latency - Stopwatch.GetElapsedTime(parcel.At);
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, _end.Token);
            await weather.PassAsync(parcel.Bytes.Length, _end.Token);
            for (var sent = 0; sent < parcel.Bytes.Length;)
            {
                sent += await to.SendAsync(parcel.Bytes[sent..], _end.Token);
            }
        }

        to.Shutdown(SocketShutdown.Send);
    }
}
