using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using StackExchange.Redis;

namespace QueueInference.Bench.Twin;

/// <summary>The twin's worker: one message is one run, one result stored, and only then one acknowledge.</summary>
internal sealed class TwinWorker(IDatabase redis, IChannel broker, TwinModel model)
{
    private const ushort Prefetch = 512;

    /// <summary>The same arguments as the service's own queues, but for dead letters, which the twin has not.</summary>
    private static readonly Dictionary<string, object?> QuorumQueue = new()
    {
        ["x-queue-type"] = "quorum", ["x-delivery-limit"] = 10_000, ["x-overflow"] = "reject-publish",
    };

    /// <param name="served">The name that callers use.</param>
    /// <param name="file">A model with one FP32 input; <see cref="TwinModel.Identity"/> to give back what came.</param>
    /// <param name="args">Of the host.</param>
    public static async Task<int> RunAsync(string served, string file, string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        using var model = new TwinModel(file);
        await using var connection = await new ConnectionFactory { Uri = new(builder.Configuration.GetConnectionString("RabbitMq")!) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(
            new(publisherConfirmationsEnabled: false, publisherConfirmationTrackingEnabled: false, consumerDispatchConcurrency: model.Runs));
        await using var store = await ConnectionMultiplexer.ConnectAsync(builder.Configuration.GetConnectionString("Redis")!);
        await new TwinWorker(store.GetDatabase(), channel, model).ConsumeAsync(TwinJobs.Queue(served));
        var app = builder.Build();
        app.Run(_ => Task.CompletedTask); // For those who ask whether it is ready.
        await app.RunAsync();
        return 0;
    }

    private async Task ConsumeAsync(string queue)
    {
        await broker.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, QuorumQueue);
        await broker.BasicQosAsync(0, Prefetch, global: false);
        var consumer = new AsyncEventingBasicConsumer(broker);
        consumer.ReceivedAsync += TakeAsync;
        await broker.BasicConsumeAsync(queue, autoAck: false, consumer);
    }

    /// <summary>Runs the job here; what is stored and acknowledged afterwards does not hold up the next.</summary>
    private Task TakeAsync(object sender, BasicDeliverEventArgs delivery)
    {
        var id = delivery.BasicProperties.MessageId!;
        _ = FinishAsync(id, delivery.DeliveryTag, Answer(id, delivery.Body));
        return Task.CompletedTask;
    }

    private async Task FinishAsync(string id, ulong tag, ReadOnlyMemory<byte> answer)
    {
        try
        {
            // The first result stays. Both commands leave together; the wake-up is heard after the result is there.
            var stored = redis.StringSetAsync(TwinJobs.Result(id), answer, TwinJobs.Kept, When.NotExists);
            _ = redis.PublishAsync(TwinJobs.Ended, id, CommandFlags.FireAndForget);
            await stored;
            await broker.BasicAckAsync(tag, multiple: false);
        }
        catch (RedisException)
        {
            await broker.BasicNackAsync(tag, multiple: false, requeue: true);
        }
    }

    private ReadOnlyMemory<byte> Answer(string id, ReadOnlyMemory<byte> message)
    {
        try
        {
            var (shape, data) = TwinJobs.Decode(message);
            var (outputShape, output) = model.Run(shape, data);
            return Write(id, outputShape, MemoryMarshal.Cast<byte, float>(output.Span));
        }
        catch (Exception)
        {
            return JsonSerializer.SerializeToUtf8Bytes(new { id, state = "failed" });
        }
    }

    private static ReadOnlyMemory<byte> Write(string id, long[] shape, ReadOnlySpan<float> values)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("state", "succeeded");
        json.WriteStartArray("shape");
        foreach (var dimension in shape)
        {
            json.WriteNumberValue(dimension);
        }

        json.WriteEndArray();
        json.WriteStartArray("data");
        foreach (var value in values)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}
