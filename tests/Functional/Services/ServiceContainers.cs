using Testcontainers.RabbitMq;
using Testcontainers.Redis;

namespace QueueInference.Functional.Services;

/// <summary>RabbitMQ 4 and Valkey 8 from Docker.</summary>
internal sealed record ServiceContainers(string RabbitMq, string Redis, IReadOnlyList<Func<ValueTask>> Stop)
{
    /// <summary>Starts them; null where no Docker engine answers.</summary>
    public static async Task<ServiceContainers?> TryStartAsync()
    {
        try
        {
            var rabbit = new RabbitMqBuilder("rabbitmq:4").Build();
            var redis = new RedisBuilder("valkey/valkey:8").Build();
            using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3));
            await Task.WhenAll(rabbit.StartAsync(deadline.Token), redis.StartAsync(deadline.Token));
            return new ServiceContainers(rabbit.GetConnectionString(), redis.GetConnectionString(), [rabbit.DisposeAsync, redis.DisposeAsync]);
        }
        catch (Exception e) when (e.GetType().Namespace?.StartsWith("DotNet.Testcontainers", StringComparison.Ordinal) == true || e is ArgumentException or HttpRequestException)
        {
            return null;
        }
    }
}
