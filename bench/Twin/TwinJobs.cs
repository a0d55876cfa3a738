using System.Buffers.Binary;
using System.Text.Json;
using StackExchange.Redis;

namespace QueueInference.Bench.Twin;

/// <summary>What both processes of the twin know: names, keys, and the bytes of a message.</summary>
internal static class TwinJobs
{
    public static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    /// <summary>Carries the id of a job that has ended.</summary>
    public static readonly RedisChannel Ended = RedisChannel.Literal("twin.ended");

    public static string Queue(string model) => "twin." + model;

    /// <summary>Written at submit: tells a job that waits from one that never was.</summary>
    public static string Record(string id) => "twin:" + id;

    /// <summary>Written once, at the end: the whole answer to whoever asks.</summary>
    public static string Result(string id) => "twin:" + id + ":r";

    /// <summary>A message: the rank, the dimensions, the elements of the one input.</summary>
    public static byte[] Encode(ReadOnlySpan<long> shape, ReadOnlySpan<byte> data)
    {
        var message = GC.AllocateUninitializedArray<byte>(1 + shape.Length * sizeof(long) + data.Length);
        message[0] = (byte)shape.Length;
        for (var i = 0; i < shape.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(message.AsSpan(1 + i * sizeof(long)), shape[i]);
        }

        data.CopyTo(message.AsSpan(1 + shape.Length * sizeof(long)));
        return message;
    }

    public static (long[] Shape, ReadOnlyMemory<byte> Data) Decode(ReadOnlyMemory<byte> message)
    {
        var shape = new long[message.Span[0]];
        for (var i = 0; i < shape.Length; i++)
        {
            shape[i] = BinaryPrimitives.ReadInt64LittleEndian(message.Span[(1 + i * sizeof(long))..]);
        }

        return (shape, message[(1 + shape.Length * sizeof(long))..]);
    }

    /// <summary>A request of the protocol with one FP32 input, binary or JSON: its model and the message.</summary>
    public static (string Model, byte[] Message) Read(ReadOnlyMemory<byte> body, int? headerLength)
    {
        using var json = JsonDocument.Parse(headerLength is { } length ? body[..length] : body);
        var input = json.RootElement.GetProperty("inputs")[0];
        long[] shape = [.. input.GetProperty("shape").EnumerateArray().Select(dimension => dimension.GetInt64())];
        var data = headerLength is { } header ? body.Span[header..] : Values(input.GetProperty("data"));
        return data.Length == shape.Aggregate(1L, (product, size) => product * size) * sizeof(float)
            ? (json.RootElement.GetProperty("model").GetString()!, Encode(shape, data))
            : throw new JsonException("The data does not fill the shape.");
    }

    private static ReadOnlySpan<byte> Values(JsonElement data) =>
        System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(data.EnumerateArray().Select(value => value.GetSingle()).ToArray());
}
