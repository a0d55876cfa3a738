using QueueInference.Worker.Residency;
using Xunit;

namespace QueueInference.Tests.Worker.Residency;

public sealed class ResidencyRulesTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Fact]
    public void Decide_RoomForWhatIsWanted_LoadsItAndPutsNothingOut() =>
        AssertStep(load: "b", evict: [], budget: 200, In("a"), Wanted("b"));

    [Fact]
    public void Decide_NothingWaits_DoesNothing() => AssertStep(load: null, evict: [], budget: 100, In("a"), Out("b"));

    [Fact]
    public void Decide_NoRoom_PutsOutTheLeastRecentlyUsed() =>
        AssertStep(load: "c", evict: ["b"], budget: 200, In("a") with { Idle = TimeSpan.FromSeconds(2) }, In("b") with { Idle = TimeSpan.FromSeconds(3) }, Wanted("c"));

    [Fact]
    public void Decide_LargeModel_PutsOutAsManyAsItNeeds() =>
        AssertStep(load: "c", evict: ["a", "b"], budget: 200, In("a") with { Idle = Long }, In("b"), Wanted("c") with { Bytes = 200 });

    [Fact]
    public void Decide_SeveralWanted_TheOneThatWaitsLongestComesFirst() =>
        AssertStep(load: "c", evict: [], budget: 100, Wanted("b"), Wanted("c") with { Since = Long });

    [Fact]
    public void Decide_IdleOne_GoesBeforeOneWithJobs() =>
        AssertStep(load: "c", evict: ["b"], budget: 200, In("a") with { HasWork = true, Idle = Long, DeviceTime = Long }, In("b"), Wanted("c"));

    [Fact]
    public void Decide_OneWithJobs_StaysUntilItsShareIsSpent()
    {
        var busy = In("a") with { HasWork = true, LoadTime = TimeSpan.FromSeconds(0.5), Since = TimeSpan.FromSeconds(6) };

        AssertStep(load: null, evict: [], budget: 100, busy with { DeviceTime = TimeSpan.FromSeconds(4.9) }, Wanted("b"));
        AssertStep(load: "b", evict: ["a"], budget: 100, busy with { DeviceTime = TimeSpan.FromSeconds(5) }, Wanted("b"));
    }

    /// <summary>Two that are busy have half of the device each.</summary>
    [Fact]
    public void Decide_TwoWithJobs_EachHasAShareOfTheTurn()
    {
        var busy = In("a") with { HasWork = true, LoadTime = TimeSpan.FromSeconds(0.5), Since = TimeSpan.FromSeconds(6), DeviceTime = TimeSpan.FromSeconds(2.5), Idle = Long };

        AssertStep(load: "c", evict: ["a"], budget: 200, busy, busy with { Model = "b", Idle = TimeSpan.Zero }, Wanted("c"));
    }

    [Fact]
    public void Decide_OneThatNeverGetsTheDevice_GoesInTheEnd() =>
        AssertStep(load: "b", evict: ["a"], budget: 100, In("a") with { HasWork = true, LoadTime = TimeSpan.FromSeconds(1), Since = TimeSpan.FromSeconds(30) }, Wanted("b"));

    [Fact]
    public void Decide_JustLoaded_StaysTenTimesItsLoadTime()
    {
        AssertStep(load: null, evict: [], budget: 100, In("a") with { LoadTime = TimeSpan.FromSeconds(2), Since = TimeSpan.FromSeconds(19) }, Wanted("b"));
        AssertStep(load: "b", evict: ["a"], budget: 100, In("a") with { LoadTime = TimeSpan.FromSeconds(2), Since = TimeSpan.FromSeconds(20) }, Wanted("b"));
    }

    [Fact]
    public void Decide_TooLittleCanGoNow_PutsNothingOut() =>
        AssertStep(load: null, evict: [], budget: 200, In("a"), In("b") with { Since = TimeSpan.Zero }, Wanted("c") with { Bytes = 200 });

    [Fact]
    public void Decide_WhatIsKept_StaysAndTheJobsAreRunAllTheSame() =>
        AssertStep(load: "c", evict: ["b"], budget: 100, In("a") with { IsKept = true }, In("b"), Wanted("c"));

    [Fact]
    public void Decide_MoreInThanFits_PutsIdleOnesOut() =>
        AssertStep(load: null, evict: ["a"], budget: 100, In("a") with { Idle = Long }, In("b") with { HasWork = true, DeviceTime = Long });

    private static Residence<string> Out(string model) => new(model, 100);

    private static Residence<string> Wanted(string model) => Out(model) with { HasWork = true, Since = TimeSpan.FromSeconds(1) };

    private static Residence<string> In(string model) => Out(model) with { IsIn = true, Since = Long };

    private static void AssertStep(string? load, string[] evict, long budget, params Residence<string>[] models)
    {
        var step = ResidencyRules.Decide(budget, models);
        Assert.Equal(load, step.Load);
        Assert.Equal(evict, step.Evict);
    }
}
