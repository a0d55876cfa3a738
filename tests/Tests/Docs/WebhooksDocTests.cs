using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using QueueInference.Api.Webhooks;
using QueueInference.Contracts;

namespace QueueInference.Tests.Docs;

public sealed class WebhooksDocTests
{
    private const string Page = "docs/webhooks.md";

    /// <summary>The time of the page's example.</summary>
    private static readonly DateTimeOffset Sent = new(2026, 11, 23, 0, 11, 48, TimeSpan.Zero);

    [Fact]
    public void Schedule_AgainstCode_IsTheDefault()
    {
        var documented = Markdown.Table(Page, "Attempt | Wait before it").Select(row => $"{row[0]} {row[1]}");
        Assert.Equal(WebhookOptions.DefaultSchedule.Select((wait, i) => $"{i + 1} `{wait}`"), documented);
    }

    [Fact]
    public void CheckVector_Signed_GivesTheSignatureOfThePage()
    {
        var vector = CheckVector();
        var headers = Sign(vector["webhook-id"], DateTimeOffset.FromUnixTimeSeconds(long.Parse(vector["webhook-timestamp"], null)), Encoding.UTF8.GetBytes(vector["body"]));
        Assert.Equal(vector["webhook-signature"], Assert.Single(headers.GetValues("webhook-signature")));
    }

    [Fact]
    public void Example_RenderedAndSigned_IsThatOfThePage()
    {
        const string Id = "p0001m82vx7hwrqyzaeadx8s7vzh1ge";
        var spec = new JobSpec
        {
            Model = "digits", Tenant = "default", CreatedAt = Sent.ToUnixTimeMilliseconds() + 156, ResultTtlSeconds = 60, MaxAttempts = 3,
            Metadata = new Dictionary<string, string> { ["order"] = "4711" },
        };
        var body = WebhookEvent.Body(new WebhookEventData(
            Id, spec, JobState.Failed, 1, 1, Sent.ToUnixTimeMilliseconds() + 446, new JobError("inference-failed", "The model failed on these inputs.")));

        var documented = JsonNode.Parse(Markdown.Blocks(Page, "json").Single(text => text.Contains("\"type\"", StringComparison.Ordinal)))!;
        Assert.Equal(documented.ToJsonString(), JsonNode.Parse(body.Span)!.ToJsonString());
        var post = Assert.Single(Markdown.Blocks(Page, "http"));
        Assert.All(Sign(WebhookEvent.IdOf(Id), Sent, body.ToArray()), header => Assert.Contains($"{header.Key}: {header.Value.Single()}\n", post, StringComparison.Ordinal));
    }

    /// <summary>With the secret of the page.</summary>
    private static HttpRequestHeaders Sign(string id, DateTimeOffset timestamp, byte[] body)
    {
        var headers = new HttpRequestMessage().Headers;
        new StandardWebhookSigner(Options.Create(new WebhookOptions { Secret = CheckVector()["secret"] })).Sign(headers, id, timestamp, body);
        return headers;
    }

    private static Dictionary<string, string> CheckVector() => Markdown.Table(Page, " | ").ToDictionary(row => row[0].Trim('`'), row => row[1].Trim('`'));
}
