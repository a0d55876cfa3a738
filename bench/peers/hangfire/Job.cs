using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using StackExchange.Redis;

namespace Peer;

/// <summary>The background job: runs one row, stores the result and tells who waits, and only then may Hangfire count it as done.</summary>
public static class Job
{
    internal static readonly RedisChannel Done = RedisChannel.Literal("peer-hangfire.done");
    private static readonly Lazy<InferenceSession> Session = new(Open);
    private static readonly Lazy<IDatabase> Redis = new(() => ConnectionMultiplexer.Connect(Settings.Redis).GetDatabase());

    /// <summary>Runs it.</summary>
    /// <param name="id">Under which row and result are kept: Hangfire wants small arguments, and with 110 kB among them it took twice the CPU time.</param>
    public static void Run(string id)
    {
        var result = Infer((byte[])Redis.Value.StringGet(RowKey(id))!);
        var stored = Redis.Value.StringSetAsync(Key(id), result, TimeSpan.FromHours(1));
        Redis.Value.KeyDelete(RowKey(id), CommandFlags.FireAndForget);
        Redis.Value.Publish(Done, id); // After them on the same connection, so one round trip is enough.
        stored.Wait();
    }

    /// <summary>Of its input: FP32, little-endian.</summary>
    internal static string RowKey(string id) => $"peer-hangfire:{id}:row";

    internal static string Key(string id) => $"peer-hangfire:{id}";

    private static byte[] Infer(byte[] row)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, MemoryMarshal.Cast<byte, float>(row).ToArray().AsMemory(), Settings.About.Shape);
        using var options = new RunOptions();
        using var outputs = Session.Value.Run(options, [Settings.About.Input], [input], [Settings.About.Output]);
        return MemoryMarshal.AsBytes(outputs[0].GetTensorDataAsSpan<float>()).ToArray();
    }

    private static InferenceSession Open()
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        return new InferenceSession(Settings.File("model.onnx"), options);
    }
}
