using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QueueInference.Core.Messaging;
using QueueInference.Functional.Hosts;
using QueueInference.Functional.Services;
using RabbitMQ.Client.Exceptions;

namespace QueueInference.Functional.Core;

/// <summary>Two nodes over TLS, each with a certificate of its own that nobody else has signed.</summary>
public sealed class RabbitMqTlsTests(TestServices services) : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(40);
    private readonly TlsFront _first = new(services.RabbitMq, "localhost"), _second = new(services.RabbitMq, "127.0.0.1");
    private readonly string _trusted = Path.GetTempFileName();

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        File.Delete(_trusted);
    }

    [Fact]
    public async Task CertificatesThatNobodyTrusts_AreRefusedOnEveryNodeAndByEveryConnection()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddRabbitMqJobBus(new Uri(_first.Address), new Uri(_second.Address));
        using var host = builder.Build();
        var topology = host.Services.GetRequiredService<RabbitMqTopology>();
        await Assert.ThrowsAsync<BrokerUnreachableException>(() => topology.PropertiesAsync(TestContext.Current.CancellationToken));
        await RefusedAsync(1);

        await host.StartAsync(TestContext.Current.CancellationToken);
        await RefusedAsync(2);
        Assert.False(host.Services.GetRequiredService<IJobBus>().Connected);
        Assert.Equal(0, _first.Passed + _second.Passed);
    }

    [Fact]
    public async Task CertificatesThatAreTrusted_OpenBothNodes_EachByItsOwnName()
    {
        await File.WriteAllTextAsync(_trusted, _first.Pem + "\n" + _second.Pem, TestContext.Current.CancellationToken);
        await using var api = new HostProcess("Api", new()
        {
            ["ConnectionStrings__RabbitMq"] = $"{_first.Address},{_second.Address}",
            ["ConnectionStrings__Redis"] = services.Redis + ",defaultDatabase=12",
            ["SSL_CERT_FILE"] = _trusted,
        });
        await api.StartAsync();
        // The bus begins with one of them, and who looks at the broker's settings with the next.
        await Wait.UntilAsync(() => _first.Passed > 0 && _second.Passed > 0, Soon, "both nodes to be spoken to");
        Assert.Equal(0, _first.Refused + _second.Refused);
    }

    private Task RefusedAsync(int times) => Wait.UntilAsync(
        () => _first.Refused >= times && _second.Refused >= times, Soon, $"both nodes to be refused {times} times: {_first.Refused}, {_second.Refused}");
}
