using System.Collections.Concurrent;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using QueueInference.Functional.Hosts;
using QueueInference.Functional.Services;

namespace QueueInference.Functional.Promise;

/// <summary>New versions under real traffic: a worse one is thrown out before any caller meets it, a good one is let in step by step.</summary>
public sealed class RolloutTests(TestServices services, ITestOutputHelper output)
{
    // Two noisy cores: how long a run takes decides nothing here.
    private const string Settings = """{"rollout":{"shadow_jobs":50,"canary_percents":[30],"canary_seconds":1,"max_latency_ratio":100}}""";

    private static readonly string Secret = "whsec_" + Convert.ToBase64String(new byte[32]);

    [Fact]
    public async Task WorseVersion_IsRejectedFromShadowAlone()
    {
        using var operators = new WebhookReceiver(Secret);
        operators.Start();
        await using var traffic = await Traffic.StartAsync(services, Settings, environment: new()
        {
            ["Webhooks__Secret"] = Secret,
            ["Webhooks__OperatorUrl"] = operators.Url,
            ["Webhooks__AllowedHttpHosts__0"] = "127.0.0.1",
            ["Webhooks__Schedule__0"] = "00:00:00",
            ["Webhooks__Schedule__1"] = "00:00:00.2",
        });
        traffic.Cluster.Models.AddVersion(traffic.Model, 2, Worse());

        var events = await EventsUntilAsync(traffic, "rejected");
        await Wait.UntilAsync(async () => (await StatusAsync(traffic)).GetProperty("failures").GetArrayLength() == 1, TimeSpan.FromSeconds(60), "the rejection to be told");
        var failure = (await StatusAsync(traffic)).GetProperty("failures")[0].GetProperty("reason").GetString();
        await traffic.StopAsync();

        output.WriteLine($"{traffic.Ends.Count} jobs; {failure}\n{events}");
        Assert.StartsWith("It was rejected: It agrees with the version before it in ", failure, StringComparison.Ordinal);
        Assert.Equal(["rejected", "shadow", "adopted"], Names(events));
        Assert.InRange(events[0].GetProperty("numbers").GetProperty("jobs").GetInt32(), 50, int.MaxValue);
        Assert.All(traffic.Ends, end => AssertRanOn(end, "1"));
        // Others that share the store are told too; the receiver refuses the first attempt of each.
        await Wait.UntilAsync(() => Told(operators, traffic.Model).SequenceEqual(["model.adopted", "model.shadow", "model.rejected"]), TimeSpan.FromSeconds(60), "the operator to be told");
        Assert.All(operators.Attempts, attempt => Assert.True(attempt.Valid));

        // It stays out when the worker comes again.
        Assert.Equal(0, await traffic.Cluster.Workers[0].TerminateAsync());
        await traffic.Cluster.Workers[0].StartAsync();
        AssertRanOn(await traffic.RunAsync(1), "1");

        // An administrator may have it compared again: it takes nothing before that.
        using var forget = new HttpRequestMessage(HttpMethod.Delete, $"/v1/admin/models/{traffic.Model}/rollout");
        using var forgotten = await traffic.Cluster.Api.Http.SendAsync(forget, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NoContent, forgotten.StatusCode);
        Assert.Equal(["shadow", "forgotten"], Names(await EventsUntilAsync(traffic, "shadow")).Take(2));
        AssertRanOn(await traffic.RunAsync(2), "1");
    }

    [Fact]
    public async Task GoodVersion_IsPromotedStepByStep()
    {
        await using var traffic = await Traffic.StartAsync(services, Settings);
        traffic.Cluster.Models.AddVersion(traffic.Model, 2, Same());

        var events = await EventsUntilAsync(traffic, "promoted");
        var before = traffic.Ends.Count;
        await Wait.UntilAsync(() => traffic.Ends.Count > before + 100, TimeSpan.FromSeconds(60), "more jobs");
        await traffic.StopAsync();

        output.WriteLine($"{traffic.Ends.Count} jobs, by version: {string.Join(", ", traffic.Ends.CountBy(end => Version(end.Job)))}\n{events}");
        Assert.Equal(["promoted", "canary", "shadow", "adopted"], Names(events));
        Assert.Equal(1, events[0].GetProperty("numbers").GetProperty("agreement").GetDouble());
        Assert.InRange(events[0].GetProperty("numbers").GetProperty("live_jobs").GetInt32(), 1, int.MaxValue);
        Assert.All(traffic.Ends, end => Assert.True(end.Status == HttpStatusCode.OK && JobClient.State(end.Job) == "succeeded", $"{end.Status} {end.Job}"));
        AssertRanOn(traffic.Ends.Last(), "2");
    }

    [Fact]
    public async Task CrashedWorker_LeavesTheRolloutToTheOthers()
    {
        await using var traffic = await Traffic.StartAsync(services, Settings, workers: 2);
        traffic.Cluster.Models.AddVersion(traffic.Model, 2, Same());
        await EventsUntilAsync(traffic, "shadow");

        traffic.Cluster.Workers[0].Kill();
        await EventsUntilAsync(traffic, "promoted");
        await traffic.StopAsync();

        Assert.All(traffic.Ends, end => Assert.True(end.Status == HttpStatusCode.OK, $"{end.Status} {end.Job}"));
    }

    private static IEnumerable<string> Told(WebhookReceiver operators, string model) => operators.Attempts.Where(attempt => attempt.Accepted)
        .Select(attempt => JsonDocument.Parse(attempt.Body).RootElement).Where(body => body.GetProperty("data").GetProperty("model").GetString() == model)
        .Select(body => body.GetProperty("type").GetString()!);

    private static void AssertRanOn((HttpStatusCode Status, JsonElement Job) end, string version) =>
        Assert.True(end.Status == HttpStatusCode.OK && Version(end.Job) == version, $"{end.Status} {end.Job}");

    private static string Version(JsonElement job) =>
        job.TryGetProperty("result", out var result) && result.ValueKind == JsonValueKind.Object ? result.GetProperty("model_version").GetString()! : "none";

    private static IEnumerable<string> Names(JsonElement events) => events.ValueKind != JsonValueKind.Array ? [] : events.EnumerateArray().Select(one => one.GetProperty("event").GetString()!);

    private static async Task<JsonElement> EventsUntilAsync(Traffic traffic, string name)
    {
        JsonElement events = default;
        await Wait.UntilAsync(async () =>
        {
            Assert.True(name is not "rejected" || !Names(events).Contains("promoted"), $"{events}");
            events = (await GetAsync(traffic, $"/v1/models/{traffic.Model}/events")).GetProperty("events");
            return Names(events).FirstOrDefault() == name;
        }, TimeSpan.FromSeconds(60), $"version 2 to be {name}");
        return events;
    }

    private static Task<JsonElement> StatusAsync(Traffic traffic) => GetAsync(traffic, $"/v1/models/{traffic.Model}");

    private static async Task<JsonElement> GetAsync(Traffic traffic, string path)
    {
        using var document = JsonDocument.Parse(await traffic.Cluster.Api.Http.GetStringAsync(path, TestContext.Current.CancellationToken));
        return document.RootElement.Clone();
    }

    /// <summary>The digits model with every other weight of its largest layer turned round: the longest run of numbers that look like weights.</summary>
    private static byte[] Worse()
    {
        var bytes = File.ReadAllBytes(Digits.ModelFile);
        var (length, offset, start) = Enumerable.Range(0, 4).Select(offset => LongestRun(bytes, offset)).Max();
        var weights = Floats(bytes, offset).Slice(start, length);
        for (var i = 10; i < weights.Length - 10; i += 2)
        {
            weights[i] = -weights[i];
        }

        return bytes;
    }

    private static (int Length, int Offset, int Start) LongestRun(byte[] bytes, int offset)
    {
        var (numbers, start, longest) = (Floats(bytes, offset).ToArray(), 0, (Length: 0, Offset: offset, Start: 0));
        for (var i = 0; i <= numbers.Length; i++)
        {
            if (i == numbers.Length || !(Math.Abs(numbers[i]) is > 1e-6f and < 2))
            {
                longest = i - start > longest.Length ? (i - start, offset, start) : longest;
                start = i + 1;
            }
        }

        return longest;
    }

    private static Span<float> Floats(byte[] bytes, int offset) => MemoryMarshal.Cast<byte, float>(bytes.AsSpan(offset, (bytes.Length - 4) / 4 * 4));

    /// <summary>The digits model with a text at its end, which changes nothing but its SHA-256: field 6 of the file is a description.</summary>
    private static byte[] Same() => [.. File.ReadAllBytes(Digits.ModelFile), 0x32, 3, .. "new"u8];

    /// <summary>Callers that never stop, until told.</summary>
    private sealed class Traffic : IAsyncDisposable
    {
        private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);
        private readonly CancellationTokenSource _stop = new();
        private readonly List<Task> _callers = [];

        private Traffic(Cluster cluster, string model) => (Cluster, Model) = (cluster, model);

        public Cluster Cluster { get; }

        public string Model { get; }

        public ConcurrentQueue<(HttpStatusCode Status, JsonElement Job)> Ends { get; } = new();

        public static async Task<Traffic> StartAsync(TestServices services, string settings, int workers = 1, Dictionary<string, string>? environment = null)
        {
            var cluster = new Cluster(services.RabbitMq, services.Redis, workers, new(environment ?? []) { ["Worker__PollInterval"] = "00:00:00.3" });
            var traffic = new Traffic(cluster, cluster.Models.Add(Digits.ModelFile, settings));
            await cluster.StartAsync();
            traffic._callers.AddRange(Enumerable.Range(0, 4).Select(traffic.CallAsync));
            return traffic;
        }

        /// <summary>One of the ten digits that come with the model.</summary>
        public async Task<(HttpStatusCode Status, JsonElement Job)> RunAsync(int digit)
        {
            var sample = await File.ReadAllTextAsync(Path.Combine(Repository.Source, "models", "digits", "samples", $"{digit % 10}.json"));
            using var body = new StringContent(sample.Replace("\"digits\"", $"\"{Model}\"", StringComparison.Ordinal), Encoding.UTF8, "application/json");
            return await Cluster.Client.SubmitAsync(body, wait: 30);
        }

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await Task.WhenAll(_callers);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Cluster.DisposeAsync();
            _stop.Dispose();
        }

        private async Task CallAsync(int caller)
        {
            for (var i = 0; !_stop.IsCancellationRequested; i++)
            {
                Ends.Enqueue(await RunAsync(caller + i));
                // Other tests run beside this one.
                await Task.Delay(Pace, CancellationToken.None);
            }
        }
    }
}
