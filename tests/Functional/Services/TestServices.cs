using QueueInference.Functional.Services;

[assembly: AssemblyFixture(typeof(TestServices))]

namespace QueueInference.Functional.Services;

/// <summary>
/// One RabbitMQ and one Redis for all tests: from the environment, else from Testcontainers where Docker answers, else as processes from the PATH.
/// A machine with none of them fails the tests; it does not skip them.
/// </summary>
public sealed class TestServices : IAsyncLifetime
{
    private readonly List<Func<ValueTask>> _stop = [];

    /// <summary>An AMQP URI.</summary>
    public string RabbitMq { get; private set; } = "";

    /// <summary>A StackExchange.Redis connection string.</summary>
    public string Redis { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var (rabbit, redis) = (Environment.GetEnvironmentVariable("QI_TEST_RABBITMQ"), Environment.GetEnvironmentVariable("QI_TEST_REDIS"));
        if (rabbit is null || redis is null)
        {
            var containers = await ServiceContainers.TryStartAsync();
            _stop.AddRange(containers?.Stop ?? []);
            rabbit ??= containers?.RabbitMq ?? await StartRabbitAsync();
            redis ??= containers?.Redis ?? await StartRedisAsync();
        }

        (RabbitMq, Redis) = (rabbit, redis);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var stop in _stop)
        {
            await stop();
        }
    }

    private async Task<string> StartRabbitAsync()
    {
        var server = await RabbitMqProcess.StartAsync();
        _stop.Add(server.DisposeAsync);
        return server.Address;
    }

    private async Task<string> StartRedisAsync()
    {
        var server = await RedisProcess.StartAsync();
        _stop.Add(server.DisposeAsync);
        return server.Address;
    }
}
