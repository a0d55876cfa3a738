using Microsoft.Extensions.Options;
using QueueInference.Api.Models;
using QueueInference.Api.Submitting;
using QueueInference.Core.Jobs;
using Xunit;

namespace QueueInference.Tests.Api.Submitting;

public sealed class QueueRefusalsTests
{
    private readonly QueueRefusals _refusals = new(new DrainRates(null!, TimeProvider.System), Options.Create(new JobOptions()), TimeProvider.System);

    [Theory]
    [InlineData(ReserveOutcome.QueueFull, "queue-full")]
    [InlineData(ReserveOutcome.TooMany, "too-many-jobs")]
    public void Of_NoWorker_SaysSoAndWhenToComeAgain(ReserveOutcome outcome, string slug)
    {
        var problem = _refusals.Of(outcome, "m");
        Assert.Equal(slug, problem.Type.Slug);
        Assert.InRange(problem.RetryAfter!.Value, 30, 60);
        Assert.Contains($"in {problem.RetryAfter} seconds, when a worker may be there", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_PayloadGone_IsToBeRepeated() => Assert.Equal("store-unavailable", _refusals.Of(ReserveOutcome.PayloadGone, "m").Slug);
}
