using QueueInference.Api.Webhooks;
using Xunit;

namespace QueueInference.Tests.Api.Webhooks;

public sealed class WebhookScheduleTests
{
    private static readonly WebhookOptions Options = new();

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 5)]
    [InlineData(2, 30)]
    [InlineData(9, 86400)]
    public void NextDelay_MiddleOfJitter_IsTheSchedule(int attempts, double seconds)
        => Assert.Equal(TimeSpan.FromSeconds(seconds), WebhookSchedule.NextDelay(Options, attempts, 0.5));

    [Fact]
    public void NextDelay_Exhausted_IsNull() => Assert.Null(WebhookSchedule.NextDelay(Options, 10, 0.5, TimeSpan.FromSeconds(1)));

    [Theory]
    [InlineData(0.0, 24)]
    [InlineData(1.0, 36)]
    public void NextDelay_Jitter_SpreadsByItsShare(double random, double seconds)
        => Assert.Equal(TimeSpan.FromSeconds(seconds), WebhookSchedule.NextDelay(Options, 2, random));

    [Theory]
    [InlineData(-100, 30)]
    [InlineData(1, 30)]
    [InlineData(45, 45)]
    [InlineData(3600, 60)]
    public void NextDelay_RetryAfter_IsClamped(double asked, double seconds)
        => Assert.Equal(TimeSpan.FromSeconds(seconds), WebhookSchedule.NextDelay(Options, 2, 0, TimeSpan.FromSeconds(asked)));
}
