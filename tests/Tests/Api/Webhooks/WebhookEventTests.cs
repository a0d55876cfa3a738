using System.Text;
using QueueInference.Api.Webhooks;
using QueueInference.Contracts;
using Xunit;

namespace QueueInference.Tests.Api.Webhooks;

public sealed class WebhookEventTests
{
    private static readonly JobSpec Spec = new()
    {
        Model = "digits", Tenant = "t", CreatedAt = 1_700_000_000_000, ResultTtlSeconds = 60, MaxAttempts = 3,
    };

    [Fact]
    public void Body_Succeeded_IsExact()
    {
        var data = new WebhookEventData("j1", Spec, JobState.Succeeded, 2, 1, 1_700_000_001_234, null);

        Assert.Equal(
            """{"type":"job.succeeded","timestamp":"2023-11-14T22:13:21.234Z","data":{"id":"j1","model":"digits","version":"2","state":"succeeded","attempt":1,"created_at":"2023-11-14T22:13:20.000Z","finished_at":"2023-11-14T22:13:21.234Z","error":null,"metadata":null,"links":{"self":"/v1/jobs/j1","result":"/v1/jobs/j1/result"}}}""",
            Text(data));
    }

    [Fact]
    public void Body_Failed_CarriesTheError()
    {
        var body = Text(new WebhookEventData("j1", Spec, JobState.Failed, 2, 3, 0, new JobError(JobErrorCodes.InferenceFailed, "It broke.")));

        Assert.StartsWith("""{"type":"job.failed",""", body, StringComparison.Ordinal);
        Assert.Contains("""
            "error":{"code":"inference-failed","message":"It broke."}
            """, body, StringComparison.Ordinal);
    }

    [Fact]
    public void Body_NeverRan_NamesThePinnedVersionOrNone()
    {
        Assert.Contains("\"version\":null", Text(new WebhookEventData("j1", Spec, JobState.Expired, null, 0, 0, null)), StringComparison.Ordinal);
        Assert.Contains(
            "\"version\":\"7\"", Text(new WebhookEventData("j1", Spec with { Version = 7 }, JobState.Canceled, null, 0, 0, null)), StringComparison.Ordinal);
    }

    [Fact]
    public void Body_MetadataInAnyOrder_GivesTheSameBytes()
    {
        var one = Spec with { Metadata = new Dictionary<string, string> { ["b"] = "2", ["a"] = "\"ü" } };
        var other = Spec with { Metadata = new Dictionary<string, string> { ["a"] = "\"ü", ["b"] = "2" } };

        var body = Text(new WebhookEventData("j1", one, JobState.Succeeded, 1, 1, 0, null));

        Assert.Contains("""
            "metadata":{"a":"\u0022\u00FC","b":"2"}
            """, body, StringComparison.Ordinal);
        Assert.Equal(body, Text(new WebhookEventData("j1", other, JobState.Succeeded, 1, 1, 0, null)));
    }

    [Fact]
    public void IdOf_IsTheJobs() => Assert.Equal("evt_j1", WebhookEvent.IdOf("j1"));

    private static string Text(WebhookEventData data) => Encoding.UTF8.GetString(WebhookEvent.Body(data).Span);
}
