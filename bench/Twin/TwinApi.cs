using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using StackExchange.Redis;

namespace QueueInference.Bench.Twin;

/// <summary>The twin's door: one POST is one record, one durable message that the broker has confirmed, and a wait for the wake-up.</summary>
/// <remarks>
/// As the service: 202 means that a majority has the job on disk, a job is acknowledged after its result is stored, the first result stays.
/// Nothing else: no groups, idempotency keys, quotas, cancel, deadlines, webhooks, sweeps, check of the model's signature, or search for the job
/// that kills a worker.
/// </remarks>
internal sealed class TwinApi(IDatabase redis, IChannel broker)
{
    /// <summary>For the broker's confirm.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    /// <summary>How often a result is looked for although nobody woke: pub/sub may lose a message.</summary>
    private static readonly TimeSpan Floor = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new();

    public static async Task<int> RunAsync(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        await using var connection = await new ConnectionFactory { Uri = new(builder.Configuration.GetConnectionString("RabbitMq")!) }.CreateConnectionAsync();
        // Confirms are awaited for each message, any number at a time.
        await using var channel = await connection.CreateChannelAsync(
            new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: null));
        await using var store = await ConnectionMultiplexer.ConnectAsync(builder.Configuration.GetConnectionString("Redis")!);
        var api = new TwinApi(store.GetDatabase(), channel);
        await store.GetSubscriber().SubscribeAsync(TwinJobs.Ended, (_, id) => api.Wake(id!));
        var app = builder.Build();
        app.Run(api.HandleAsync);
        await app.RunAsync();
        return 0;
    }

    private Task HandleAsync(HttpContext context) => context.Request.Path.Value switch
    {
        "/v1/jobs" when HttpMethods.IsPost(context.Request.Method) => SubmitAsync(context),
        ['/', 'v', '1', '/', 'j', 'o', 'b', 's', '/', .. var id] => GetAsync(context, id),
        "/health/ready" => Task.CompletedTask,
        _ => AnswerAsync(context, 404, "{}"u8.ToArray()),
    };

    private async Task SubmitAsync(HttpContext context)
    {
        var body = GC.AllocateUninitializedArray<byte>((int)context.Request.ContentLength!);
        await context.Request.Body.ReadExactlyAsync(body);
        var (id, wait) = (Guid.NewGuid().ToString("N"), Seconds(context.Request.Headers["Prefer"].ToString()));
        try
        {
            var (model, message) = TwinJobs.Read(body, HeaderLength(context.Request));
            // Before it is sent, so that its end cannot be missed.
            var ended = wait > TimeSpan.Zero ? Expect(id) : Task.CompletedTask;
            await AcceptAsync(id, model, message);
            var result = wait > TimeSpan.Zero ? await ResultAsync(id, ended, wait) : default;
            await (result.HasValue ? AnswerAsync(context, 200, result) : AnswerAsync(context, 202, Queued(id)));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            await AnswerAsync(context, 400, "{}"u8.ToArray());
        }
        catch (Exception e) when (e is PublishException or RedisException or TimeoutException)
        {
            await AnswerAsync(context, 503, "{}"u8.ToArray());
        }
        finally
        {
            _waiting.TryRemove(id, out _);
        }
    }

    /// <summary>When this returns, the record is written and a majority of the queue's members has the job on disk.</summary>
    private async Task AcceptAsync(string id, string model, byte[] message)
    {
        var record = redis.StringSetAsync(TwinJobs.Record(id), "queued", TwinJobs.Kept);
        await broker.BasicPublishAsync("", TwinJobs.Queue(model), mandatory: true, new BasicProperties { Persistent = true, MessageId = id }, message)
            .AsTask().WaitAsync(Deadline);
        await record;
    }

    private async Task GetAsync(HttpContext context, string id)
    {
        var ended = Expect(id);
        try
        {
            var result = await redis.StringGetAsync(TwinJobs.Result(id));
            if (!result.HasValue && await redis.KeyExistsAsync(TwinJobs.Record(id)))
            {
                result = await ResultAsync(id, ended, Seconds(context.Request.QueryString.Value ?? "")) is { HasValue: true } end ? end : Queued(id);
            }

            await (result.HasValue ? AnswerAsync(context, 200, result) : AnswerAsync(context, 404, "{}"u8.ToArray()));
        }
        finally
        {
            _waiting.TryRemove(id, out _);
        }
    }

    /// <summary>The wake-up only wakes; the result is read.</summary>
    private async Task<RedisValue> ResultAsync(string id, Task ended, TimeSpan wait)
    {
        for (var left = wait; left > TimeSpan.Zero; left -= Floor)
        {
            await ended.WaitAsync(left < Floor ? left : Floor).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (await redis.StringGetAsync(TwinJobs.Result(id)) is { HasValue: true } result)
            {
                return result;
            }
        }

        return default;
    }

    private Task Expect(string id) => _waiting.GetOrAdd(id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private void Wake(string id)
    {
        if (_waiting.TryRemove(id, out var waiting))
        {
            waiting.SetResult();
        }
    }

    private static byte[] Queued(string id) => Encoding.UTF8.GetBytes($$"""{"id":"{{id}}","state":"queued"}""");

    private static int? HeaderLength(HttpRequest request) =>
        request.Headers["Inference-Header-Content-Length"].ToString() is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <summary>Of <c>wait=60</c>, wherever it stands.</summary>
    private static TimeSpan Seconds(string text) =>
        text.Split("wait=") is [_, var seconds] ? TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture)) : TimeSpan.Zero;

    private static async Task AnswerAsync(HttpContext context, int status, ReadOnlyMemory<byte> body)
    {
        (context.Response.StatusCode, context.Response.ContentType, context.Response.ContentLength) = (status, "application/json", body.Length);
        await context.Response.Body.WriteAsync(body);
    }
}
