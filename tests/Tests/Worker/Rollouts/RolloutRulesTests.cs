using QueueInference.Core.Rollouts;
using QueueInference.Worker.Models;
using QueueInference.Worker.Rollouts;
using Xunit;

namespace QueueInference.Tests.Worker.Rollouts;

public sealed class RolloutRulesTests
{
    private const long Now = 1_000_000;
    private static readonly RolloutSettings Rules = new() { ShadowJobs = 100, CanaryPercents = [10, 50], CanarySeconds = 60 };
    private static readonly RolloutState Shadow = new(RolloutStage.Shadow, 1, 2, "abc", 0, Now - 1000);
    private static readonly RolloutNumbers Good = new() { Jobs = 100, Rows = 100, Agreed = 98, Timed = 100, LogRatio = 100 * Math.Log(1.1) };

    [Fact]
    public void Decide_TooFewJobs_Waits() => Assert.Null(RolloutRules.Decide(Rules, Shadow, Good with { Jobs = 99 }, Now));

    [Fact]
    public void Decide_GoodInShadow_GetsTheFirstShareThenTheNextThenAll()
    {
        var (first, reason) = RolloutRules.Decide(Rules, Shadow, Good, Now)!.Value;
        Assert.Equal(Shadow with { Stage = RolloutStage.Canary, Percent = 10, Since = Now }, first);
        Assert.Equal("100 jobs compared: 98.0 % of the rows agree, 0 errors, 1.10 times the time.", reason);

        Assert.Null(RolloutRules.Decide(Rules, first, Good, Now + 59_999));
        var second = RolloutRules.Decide(Rules, first, Good, Now + 60_000)!.Value.State;
        Assert.Equal(50, second.Percent);
        Assert.Equal(new RolloutState(RolloutStage.Serving, 2, Since: Now + 120_000), RolloutRules.Decide(Rules, second, Good, Now + 120_000)!.Value.State);
    }

    [Fact]
    public void Decide_NoShares_GoesFromShadowToAll() =>
        Assert.Equal(new RolloutState(RolloutStage.Serving, 2, Since: Now), RolloutRules.Decide(new() { ShadowJobs = 100, CanaryPercents = [] }, Shadow, Good, Now)!.Value.State);

    [Fact]
    public void Decide_LittleAgreement_IsRejectedOnceThereAreEnoughJobs()
    {
        var bad = Good with { Agreed = 94 };
        Assert.Null(RolloutRules.Decide(Rules, Shadow, bad with { Jobs = 99 }, Now));
        AssertRejected("It agrees with the version before it in 94.0 % of 100 rows; at least 95.0 % must be.", Shadow, bad);
    }

    [Fact]
    public void Decide_ErrorsThatAreTooManyAlready_AreNotWaitedFor()
    {
        Assert.Null(RolloutRules.Decide(Rules, Shadow, Good with { Jobs = 10, Errors = 1 }, Now));
        AssertRejected("It fails 2 of 10 jobs that the version before it answers; at most 1.0 % may be.", Shadow, Good with { Jobs = 10, Errors = 2 });
    }

    [Fact]
    public void Decide_SlowOne_IsRejected() =>
        AssertRejected("It takes 1.60 times as long as the version before it; at most 1.50 may be.", Shadow, Good with { LogRatio = 100 * Math.Log(1.6) });

    [Fact]
    public void Decide_FailuresOfCallersJobs_RejectACanaryAtOnce()
    {
        var canary = Shadow with { Stage = RolloutStage.Canary, Percent = 10, Since = Now };
        var bad = new RolloutNumbers { LiveBase = 1000, LiveBaseFailed = 10, LiveCandidate = 50, LiveCandidateFailed = 2 };
        Assert.Null(RolloutRules.Decide(Rules, canary, bad with { LiveCandidate = 19 }, Now));
        Assert.Null(RolloutRules.Decide(Rules, canary, bad with { LiveBaseFailed = 40 }, Now));
        AssertRejected("It fails 2 of 50 jobs of callers, the version before it 10 of 1000.", canary, bad);
    }

    private static void AssertRejected(string reason, RolloutState state, RolloutNumbers numbers)
    {
        var (after, why) = RolloutRules.Decide(Rules, state, numbers, Now)!.Value;
        Assert.Equal((reason, reason), (why, after.Reason));
        Assert.Equal((RolloutStage.Rejected, 0, 1, (int?)2), (after.Stage, after.Percent, after.Version, after.Candidate));
        Assert.Equal("It was rejected: " + reason, after.Rejection(2, "abc"));
    }
}
