using System.Globalization;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace QueueInference.Bench.Naive;

/// <summary>A job as one would send it with a few lines of MassTransit.</summary>
public sealed record NaiveJob(string Id, byte[] Data);

/// <summary>Workers as one would write them in an afternoon: no claims, no isolation, one policy each.</summary>
internal static class NaiveWorker
{
    /// <summary>Rows of the largest batch, and messages a worker holds.</summary>
    public const int MaxBatch = 32, Prefetch = 3 * MaxBatch;

    /// <summary>The policies, and what each does.</summary>
    public static readonly IReadOnlyDictionary<string, string> Policies = new Dictionary<string, string>
    {
        ["delay"] = "waits 5 ms after the first job",
        ["batch"] = "MassTransit's Batch<T>, 32 jobs or 10 ms",
        ["one"] = "one job at a time",
    };

    public static async Task<int> RunAsync(string policy, string device, string rabbitMq, string redis, string queue)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton<IConnectionMultiplexer>(await ConnectionMultiplexer.ConnectAsync(redis));
        builder.Services.AddSingleton(NaiveDevice.Open(device));
        builder.Services.AddSingleton<NaiveResults>();
        builder.Services.AddSingleton<DelayedBatches>();
        builder.Services.AddMassTransit(bus => Configure(bus, policy, new Uri(rabbitMq), queue));
        await builder.Build().RunAsync();
        return 0;
    }

    private static void Configure(IBusRegistrationConfigurator bus, string policy, Uri rabbitMq, string queue)
    {
        bus.DisableUsageTelemetry();
        bus.AddConsumer<OneConsumer>();
        bus.AddConsumer<DelayConsumer>();
        bus.AddConsumer<BatchConsumer>(consumer => consumer.Options<BatchOptions>(options =>
            options.SetMessageLimit(MaxBatch).SetTimeLimit(TimeSpan.FromMilliseconds(10)).SetConcurrencyLimit(1)));
        bus.UsingRabbitMq((context, rabbit) =>
        {
            rabbit.Host(rabbitMq);
            rabbit.ReceiveEndpoint(queue, endpoint =>
            {
                endpoint.SetQuorumQueue();
                endpoint.PrefetchCount = Prefetch;
                endpoint.ConcurrentMessageLimit = policy == "one" ? 1 : Prefetch;
                endpoint.ConfigureConsumer(context, policy switch { "one" => typeof(OneConsumer), "batch" => typeof(BatchConsumer), _ => typeof(DelayConsumer) });
            });
        });
    }
}

/// <summary>Stores results and tells who waits.</summary>
internal sealed class NaiveResults(IConnectionMultiplexer redis)
{
    public static readonly RedisChannel Done = RedisChannel.Literal("naive.done");

    public static string Key(string id) => string.Create(CultureInfo.InvariantCulture, $"naive:{id}");

    public async Task StoreAsync(IReadOnlyList<NaiveJob> jobs, byte[][] results)
    {
        var database = redis.GetDatabase();
        await Task.WhenAll(jobs.Zip(results, (job, result) => database.StringSetAsync(Key(job.Id), result, TimeSpan.FromHours(1))));
        await database.PublishAsync(Done, string.Join(' ', jobs.Select(job => job.Id)));
    }
}
