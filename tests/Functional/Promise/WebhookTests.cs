using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using QueueInference.Functional.Hosts;
using QueueInference.Functional.Services;

namespace QueueInference.Functional.Promise;

/// <summary>A terminal event reaches its webhook at least once, always with the same id and body.</summary>
public sealed class WebhookTests(TestServices services)
{
    private static readonly string Secret = "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    [Fact]
    public async Task ReceiverDownAtFirst_StillGetsEveryEvent_SignedWithOneIdAndBody()
    {
        using var receiver = new WebhookReceiver(Secret);
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=7", workers: 1, Environment());
        var (digits, failing) = (cluster.Models.AddDigits(), cluster.Models.AddTestModel("fails_on_negative"));
        await cluster.StartAsync();
        var hook = $$""","webhook":{"url":"{{receiver.Url}}"},"metadata":{"order":"4711"}""";
        var ids = new List<string>();
        for (var seed = 0; seed < 20; seed++)
        {
            ids.Add(JobClient.Id((await cluster.Client.SubmitAsync(Digits.Body(digits, Digits.Picture(seed), hook), wait: 30)).Body));
        }

        var failed = await cluster.Client.SubmitAsync(new StringContent(
            $$"""{"model":"{{failing}}","inputs":[{"name":"x","datatype":"FP32","shape":[1,4],"data":[-1,1,1,1]}]{{hook}}}""",
            System.Text.Encoding.UTF8, "application/json"), wait: 30);
        ids.Add(JobClient.Id(failed.Body));

        // The schedule survives the Api: the receiver is still down when it is killed.
        cluster.Api.Kill();
        await cluster.Api.StartAsync();
        Assert.Empty(receiver.Attempts);
        receiver.Start();
        await Wait.UntilAsync(() => receiver.Attempts.Count(attempt => attempt.Accepted) >= ids.Count, TimeSpan.FromSeconds(60), "every event");

        Assert.All(receiver.Attempts, attempt => Assert.True(attempt.Valid));
        var events = receiver.Attempts.GroupBy(attempt => attempt.Id).ToDictionary(group => group.Key, group => group.Select(attempt => attempt.Body).Distinct().Single());
        Assert.Equal(ids.Select(id => $"evt_{id}").Order(), events.Keys.Order());
        var body = JsonDocument.Parse(events[$"evt_{ids[^1]}"]).RootElement;
        Assert.Equal("job.failed", body.GetProperty("type").GetString());
        Assert.Equal("inference-failed", body.GetProperty("data").GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("4711", body.GetProperty("data").GetProperty("metadata").GetProperty("order").GetString());
    }

    [Theory]
    [InlineData("http://example.com/hook")]
    [InlineData("ftp://127.0.0.1/hook")]
    public async Task UrlThatIsNotAllowed_IsRefused(string url)
    {
        await using var cluster = new Cluster(services.RabbitMq, services.Redis + ",defaultDatabase=8", workers: 1, Environment());
        var model = cluster.Models.AddDigits();
        await cluster.StartAsync();
        var (status, problem) = await cluster.Client.SubmitAsync(Digits.Body(model, Digits.Picture(1), $$""","webhook":{"url":"{{url}}"}"""));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.StartsWith("/problems/webhook-url-", problem.GetProperty("type").GetString(), StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Environment()
    {
        var settings = new Dictionary<string, string> { ["Webhooks__Secret"] = Secret, ["Webhooks__AllowedHttpHosts__0"] = "127.0.0.1", ["Webhooks__Schedule__0"] = "00:00:00" };
        for (var i = 1; i < 60; i++)
        {
            settings[$"Webhooks__Schedule__{i}"] = "00:00:01";
        }

        return settings;
    }
}
