using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace QueueInference.Functional.Services;

/// <summary>TLS before a broker that has none, with a certificate that nobody has signed but itself.</summary>
internal sealed class TlsFront : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _certificate;
    private readonly Uri _broker;
    private readonly string _host;
    private int _refused, _passed;

    /// <param name="broker">The AMQP URI of the broker behind it.</param>
    /// <param name="host">localhost or 127.0.0.1: the only name that its certificate has.</param>
    public TlsFront(string broker, string host)
    {
        (_broker, _host, _certificate) = (new Uri(broker), host, Certificate(host));
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>The same broker as an amqps URI.</summary>
    public string Address => $"amqps://{_broker.UserInfo}@{_host}:{((IPEndPoint)_listener.LocalEndpoint).Port}{_broker.AbsolutePath}";

    /// <summary>The certificate, for whoever is to trust it.</summary>
    public string Pem => _certificate.ExportCertificatePem();

    /// <summary>Connections that ended before a byte came through TLS.</summary>
    public int Refused => _refused;

    /// <summary>Connections over which the client spoke AMQP.</summary>
    public int Passed => _passed;

    public void Dispose()
    {
        _listener.Dispose();
        _certificate.Dispose();
    }

    private static X509Certificate2 Certificate(string host)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(host);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsServerAsync(_certificate);
            var first = new byte[64];
            if (await tls.ReadAsync(first) is > 0 and var length)
            {
                Interlocked.Increment(ref _passed);
                await PassAsync(tls, first.AsMemory(0, length));
                return;
            }
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException or ObjectDisposedException)
        {
            // It is refused, or over.
        }

        Interlocked.Increment(ref _refused);
    }

    private async Task PassAsync(SslStream tls, ReadOnlyMemory<byte> first)
    {
        try
        {
            using var broker = new TcpClient();
            await broker.ConnectAsync(IPAddress.Loopback, _broker.Port);
            var stream = broker.GetStream();
            await stream.WriteAsync(first);
            await Task.WhenAny(tls.CopyToAsync(stream), stream.CopyToAsync(tls));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // One side has gone.
        }
    }
}
