using System.Net;
using System.Net.Sockets;

namespace QueueInference.Functional.Services;

/// <summary>TCP ports on the loopback address.</summary>
internal static class Ports
{
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits until something listens.</summary>
    public static async Task OpenAsync(int port, TimeSpan within) => await Wait.UntilAsync(async () =>
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }, within, $"something to listen on port {port}");
}
