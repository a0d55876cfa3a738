using System.Net;
using System.Text.Json;
using QueueInference.Functional.Hosts;
using QueueInference.Functional.Services;

namespace QueueInference.Functional.Promise;

/// <summary>What the broker gave up on, and what no worker can read, is found, shown and sent on: by a broker of the test's own, since any Api takes its letters.</summary>
public sealed class DeadLetterTests
{
    private const string Key = "an-ordinary-key-of-callers", AdminKey = "the-key-of-administrators", Letters = "/v1/admin/dead-letters";

    [Fact]
    public async Task DeliveryLimitReached_IsListedWithTheReason_AndItsJobRunsWhenSentAgain()
    {
        await using var rabbit = await RabbitMqProcess.StartAsync();
        await using var redis = await RedisProcess.StartAsync();
        await using var cluster = new Cluster(rabbit.Address, redis.Address, workers: 1);
        var model = cluster.Models.AddDigits();
        await using var broker = await BrokerInspector.ConnectAsync(rabbit.Address);
        // As an earlier release declared it: that must not keep anything from working.
        await broker.DeclareAsync("qi.dead", new() { ["x-queue-type"] = "quorum" });
        await cluster.StartAsync();
        Assert.Contains("The queue qi.dead is there with another x-delivery-limit: it has none and must have '10000'.", cluster.Workers[0].Output, StringComparison.Ordinal);
        var queue = $"qi.run.{model}.normal";
        cluster.Workers[0].Kill();
        var (_, job) = await cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture(1)));

        await rabbit.ControlAsync("set_policy", "--apply-to", "queues", "limit", @"^qi\.run\.", """{"delivery-limit":1}""");
        await Wait.UntilAsync(async () => !await broker.GiveBackAsync(queue) && (await ListAsync(cluster)).Count > 0, TimeSpan.FromSeconds(60), "the broker to give it up");
        var letter = Assert.Single(await ListAsync(cluster));
        Assert.Equal(("dead", queue, "delivery_limit", model), (Text(letter, "kind"), Text(letter, "queue"), Text(letter, "reason"), Text(letter, "model")));
        Assert.Equal([JobClient.Id(job)], letter.GetProperty("jobs").EnumerateArray().Select(id => id.GetString()));
        Assert.Equal(0u, await broker.CountAsync("qi.dead"));
        Assert.Contains($"A dead letter from {queue}: delivery_limit.", cluster.Api.Output, StringComparison.Ordinal);

        await Wait.UntilAsync(async () => (await cluster.Api.Http.GetStringAsync("/metrics")).Split('\n').Any(
            line => line.StartsWith("qi_dead_letters{", StringComparison.Ordinal) && line.Contains("place=\"store\"", StringComparison.Ordinal) && line.Contains("} 1", StringComparison.Ordinal)),
            TimeSpan.FromSeconds(30), "the letter to be counted");

        // The payload is shown to those who ask.
        var path = $"{Letters}/{Text(letter, "id")}";
        Assert.False((await CallAsync(cluster, "GET", path, 200)).TryGetProperty("payload_base64", out _));
        var body = Convert.FromBase64String(Text(await CallAsync(cluster, "GET", path + "?payload=true", 200), "payload_base64"));
        Assert.Equal((letter.GetProperty("bytes").GetInt32(), (byte)'Q', (byte)1), (body.Length, body[0], body[2]));

        await rabbit.ControlAsync("clear_policy", "limit");
        await CallAsync(cluster, "POST", path + "/redrive", 200);
        await cluster.Workers[0].StartAsync();
        Assert.Equal("succeeded", JobClient.State(await cluster.Client.FinishedAsync(JobClient.Id(job), TimeSpan.FromSeconds(60))));
        Assert.Empty(await ListAsync(cluster));
        Assert.Equal("/problems/dead-letter-not-found", Text(await CallAsync(cluster, "POST", path + "/redrive", 404), "type"));

        // Where the broker is away the letters can be looked at, and nothing is lost by trying.
        await broker.PublishAsync("qi.dead", "text/plain", [1, 2, 3]);
        await broker.PublishAsync("qi.parked", "application/octet-stream", Unreadable(9));
        await Wait.UntilAsync(async () => (await ListAsync(cluster)).Count == 2, TimeSpan.FromSeconds(30), "both letters to be kept");
        rabbit.Kill();
        var parked = (await ListAsync(cluster)).Single(one => Text(one, "kind") == "parked");
        Assert.Equal(9, parked.GetProperty("format_version").GetInt32());
        Assert.Equal("/problems/dead-letter-without-queue", Text(await CallAsync(cluster, "POST", $"{Letters}/{Text(parked, "id")}/redrive", 409), "type"));
        Assert.Equal(2, (await ListAsync(cluster)).Count);
    }

    /// <summary>An upgrade that went wrong: a newer Api beside a worker that does not know its messages.</summary>
    [Fact]
    public async Task UnknownFormatVersion_IsParkedListedSentAgainAndDeleted_ByAdministratorsOnly()
    {
        await using var rabbit = await RabbitMqProcess.StartAsync();
        await using var redis = await RedisProcess.StartAsync();
        await using var cluster = new Cluster(rabbit.Address, redis.Address, workers: 1, new() { ["Auth__ApiKey"] = Key, ["Auth__AdminKey"] = AdminKey });
        var model = cluster.Models.AddDigits();
        await cluster.StartAsync();
        var queue = $"qi.run.{model}.normal";
        await using var broker = await BrokerInspector.ConnectAsync(rabbit.Address);
        await CallAsync(cluster, "GET", Letters, 401);
        SendKey(cluster, Key);
        Assert.Equal("/problems/forbidden", Text(await CallAsync(cluster, "GET", Letters, 403), "type"));
        Assert.Equal("/problems/forbidden", Text(await CallAsync(cluster, "DELETE", Letters + "?all=true", 403), "type"));
        SendKey(cluster, AdminKey);

        await broker.PublishAsync(queue, "application/octet-stream", Unreadable(9));
        await Wait.UntilAsync(async () => (await ListAsync(cluster)).Count == 1, TimeSpan.FromSeconds(30), "the message to be parked and kept");
        var letter = Assert.Single(await ListAsync(cluster));
        Assert.Equal(("parked", queue), (Text(letter, "kind"), Text(letter, "queue")));
        Assert.Equal("It has format version 9; this build reads 1.", Text(letter, "reason"));
        Assert.Equal(JsonValueKind.Null, letter.GetProperty("jobs").ValueKind);

        // Sent to a worker that still cannot read it, it comes back as another letter; nothing goes round.
        var sweep = await CallAsync(cluster, "POST", $"{Letters}/redrive?queue={queue}", 200);
        Assert.Equal((1, false), (sweep.GetProperty("redriven").GetInt32(), sweep.GetProperty("more").GetBoolean()));
        await Wait.UntilAsync(async () => await ListAsync(cluster) is [var again] && Text(again, "id") != Text(letter, "id"), TimeSpan.FromSeconds(30), "it to come back");

        // With a worker that reads it, the job runs: here a message that an older worker parked, without a word of where it came from.
        cluster.Workers[0].Kill();
        var (_, job) = await cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture(2)));
        byte[]? body = null;
        await Wait.UntilAsync(async () => (body = await broker.TakeAsync(queue)) is not null, TimeSpan.FromSeconds(30), "the job's message");
        await broker.PublishAsync("qi.parked", "application/octet-stream", body!);
        await Wait.UntilAsync(async () => (await ListAsync(cluster, $"?queue={queue}")).Count == 2, TimeSpan.FromSeconds(30), "it to be kept");
        var readable = (await ListAsync(cluster)).Single(one => one.GetProperty("jobs").ValueKind == JsonValueKind.Array);
        await CallAsync(cluster, "POST", $"{Letters}/{Text(readable, "id")}/redrive", 200);
        await cluster.Workers[0].StartAsync();
        Assert.Equal("succeeded", JobClient.State(await cluster.Client.FinishedAsync(JobClient.Id(job), TimeSpan.FromSeconds(60))));

        // All of them only when asked for outright: an empty id in a script is not that.
        Assert.Equal("/problems/invalid-option", Text(await CallAsync(cluster, "DELETE", Letters + "/", 422), "type"));
        var left = Assert.Single(await ListAsync(cluster));
        await CallAsync(cluster, "DELETE", $"{Letters}/{Text(left, "id")}", 204);
        await CallAsync(cluster, "DELETE", $"{Letters}/{Text(left, "id")}", 404);
        await broker.PublishAsync("qi.dead", "text/plain", [1]);
        await Wait.UntilAsync(async () => (await ListAsync(cluster)).Count == 1, TimeSpan.FromSeconds(30), "another letter");
        Assert.Equal(1, (await CallAsync(cluster, "DELETE", Letters + "?all=true", 200)).GetProperty("deleted").GetInt32());
        Assert.Empty(await ListAsync(cluster));

        // What cannot be sent while the broker is away stays.
        await broker.PublishAsync(queue, "application/octet-stream", Unreadable(9));
        await Wait.UntilAsync(async () => (await ListAsync(cluster)).Count == 1, TimeSpan.FromSeconds(30), "one more letter");
        rabbit.Kill();
        Assert.Equal("/problems/broker-unavailable", Text(await CallAsync(cluster, "POST", Letters + "/redrive", 503), "type"));
        Assert.Single(await ListAsync(cluster));
        redis.Kill();
        Assert.Equal("/problems/store-unavailable", Text(await CallAsync(cluster, "GET", Letters, 503), "type"));
    }

    private static byte[] Unreadable(byte version) => [(byte)'Q', (byte)'I', version, 42];

    private static void SendKey(Cluster cluster, string key) => cluster.Api.Http.DefaultRequestHeaders.Authorization = new("Bearer", key);

    private static async Task<List<JsonElement>> ListAsync(Cluster cluster, string query = "") =>
        [.. (await CallAsync(cluster, "GET", Letters + query, 200)).GetProperty("dead_letters").EnumerateArray()];

    private static async Task<JsonElement> CallAsync(Cluster cluster, string method, string path, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await cluster.Api.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == (HttpStatusCode)status, $"{method} {path}: {(int)response.StatusCode} {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
