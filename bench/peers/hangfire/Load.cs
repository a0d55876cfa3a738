using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Hangfire;
using StackExchange.Redis;

namespace Peer;

/// <summary>Enqueues jobs through Hangfire's own client with some in flight, hears of each result by Redis, reads it and checks it.</summary>
internal sealed class Load(IBackgroundJobClient client, IConnectionMultiplexer redis)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly (byte[] Row, float[] Expected)[] _samples = [.. Enumerable.Range(0, Settings.About.Count).Select(Sample)];
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new();
    private ConcurrentQueue<double> _latencies = new();
    private volatile bool _stopping;
    private int _count = -1;

    public async Task RunAsync()
    {
        await redis.GetSubscriber().SubscribeAsync(Job.Done, (_, id) => End(id!));
        await AskAsync(); // Once the workers are there.
        var loops = Enumerable.Range(0, Settings.InFlight).Select(_ => Task.Run(LoopAsync)).ToList();
        await PassAsync(loops, Settings.Warmup);
        var (watch, latencies) = (Stopwatch.StartNew(), _latencies = new());
        Console.WriteLine("begin");
        await PassAsync(loops, Settings.Length);
        Console.WriteLine("end");
        var (seconds, measured) = (watch.Elapsed.TotalSeconds, latencies.Order().ToArray());
        _stopping = true;
        await Task.WhenAll(loops);
        Console.WriteLine($"result {measured.Length} {seconds} {Percentile(measured, 0.5)} {Percentile(measured, 0.99)}");
    }

    /// <summary>Lets time pass, or throws what ended a loop.</summary>
    private static async Task PassAsync(List<Task> loops, TimeSpan time)
    {
        var delay = Task.Delay(time);
        await await Task.WhenAny([delay, .. loops]);
    }

    private static double Percentile(double[] sorted, double share) => sorted.Length == 0 ? 0 : sorted[(int)Math.Round(share * (sorted.Length - 1))];

    private static (byte[] Row, float[] Expected) Sample(int number) =>
        (Settings.File($"input-{number}.bin"), MemoryMarshal.Cast<byte, float>(Settings.File($"expected-{number}.bin")).ToArray());

    private async Task LoopAsync()
    {
        while (!_stopping)
        {
            await AskAsync();
        }
    }

    private async Task AskAsync()
    {
        var (id, done) = (Guid.NewGuid().ToString("N"), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var (row, expected) = _samples[(uint)Interlocked.Increment(ref _count) % _samples.Length];
        var began = Stopwatch.GetTimestamp();
        _waiting[id] = done;
        await redis.GetDatabase().StringSetAsync(Job.RowKey(id), row, TimeSpan.FromHours(1));
        client.Enqueue(() => Job.Run(id));
        await done.Task.WaitAsync(Deadline);
        Check((byte[])(await redis.GetDatabase().StringGetAsync(Job.Key(id)))!, expected);
        _latencies.Enqueue(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
    }

    private static void Check(byte[] result, float[] expected)
    {
        var scale = Math.Max(1, expected.Max(Math.Abs));
        var values = MemoryMarshal.Cast<byte, float>(result).ToArray();
        if (values.Length != expected.Length || values.Zip(expected).Any(pair => !(Math.Abs(pair.First - pair.Second) <= 1e-3f * scale)))
        {
            throw new InvalidDataException("A wrong answer.");
        }
    }

    private void End(string id)
    {
        if (_waiting.TryRemove(id, out var done))
        {
            done.SetResult();
        }
    }
}
