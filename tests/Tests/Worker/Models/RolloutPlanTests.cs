using QueueInference.Worker.Models;
using Xunit;

namespace QueueInference.Tests.Worker.Models;

public sealed class RolloutPlanTests
{
    private static readonly ModelSettings Latest = new(), All = new() { Versions = { Policy = VersionPolicy.All } };

    [Fact]
    public void Of_AtStart_LoadsWhatTheSettingsChoose() => AssertPlan(RolloutPlan.Of(Found(Latest, 1, 2), [], []), load: [2], remove: []);

    [Fact]
    public void Of_NewVersion_IsLoadedBeforeTheOldOneGoes()
    {
        AssertPlan(RolloutPlan.Of(Found(Latest, 1, 2), [Version(1)], []), load: [2], remove: []);
        AssertPlan(RolloutPlan.Of(Found(Latest, 1, 2), [Version(1), Version(2)], []), load: [], remove: [1]);
    }

    [Fact]
    public void Of_VersionThatFailed_LeavesTheOldOneInPlace() => AssertPlan(RolloutPlan.Of(Found(Latest, 1, 2), [Version(1)], [Version(2)]), load: [], remove: []);

    [Fact]
    public void Of_LatestThatFailedAtStart_GivesThePlaceToTheOneBefore() => AssertPlan(RolloutPlan.Of(Found(Latest, 1, 2), [], [Version(2)]), load: [1], remove: []);

    [Fact]
    public void Of_FolderThatIsGone_BringsTheOneBeforeBack()
    {
        AssertPlan(RolloutPlan.Of(Found(Latest, 1), [Version(2)], []), load: [1], remove: [2]);
    }

    [Fact]
    public void Of_FilesThatChanged_AreLoadedInPlaceOfTheOldOnes()
    {
        AssertPlan(RolloutPlan.Of(Found(Latest, 1), [Version(1, "old")], []), load: [1], remove: []);
    }

    [Fact]
    public void Of_ChangedFilesThatFailed_LeaveTheOldOnesInPlace()
    {
        AssertPlan(RolloutPlan.Of(Found(Latest, 1), [Version(1, "old")], [Version(1)]), load: [], remove: []);
    }

    [Fact]
    public void Of_PolicyAll_KeepsThemAll() => AssertPlan(RolloutPlan.Of(Found(All, 1, 2, 3), [Version(1), Version(2)], []), load: [3], remove: []);

    [Fact]
    public void Of_ModelThatIsGone_IsRemoved() => AssertPlan(RolloutPlan.Of(new Dictionary<string, FoundModel?>(), [Version(1)], []), load: [], remove: [1]);

    [Fact]
    public void Of_FolderThatCannotBeRead_ChangesNothing() =>
        AssertPlan(RolloutPlan.Of(new Dictionary<string, FoundModel?> { ["m"] = null }, [Version(1)], []), load: [], remove: []);

    [Fact]
    public void Of_DefaultThatAnAdministratorChose_IsServedBesideTheLatest()
    {
        AssertPlan(RolloutPlan.Of(Found(Latest, 1, 2), [Version(2)], [], Default(1)), load: [1], remove: []);
        AssertPlan(RolloutPlan.Of(Found(Latest, 1, 2), [Version(1), Version(2)], [], Default(1)), load: [], remove: []);
        AssertPlan(RolloutPlan.Of(Found(Latest, 2), [Version(2)], [], Default(1)), load: [], remove: []);
    }

    [Fact]
    public void Of_VersionThatStillHasTheJobsWhichNameNone_StaysUntilAnotherTakesThem()
    {
        AssertPlan(RolloutPlan.Of(Found(Latest, 1, 2), [Version(1), Version(2)], [], defaults: Default(1)), load: [], remove: []);
        AssertPlan(RolloutPlan.Of(Found(Latest, 1, 2), [Version(1), Version(2)], [], defaults: Default(2)), load: [], remove: [1]);
        AssertPlan(RolloutPlan.Of(Found(Latest, 2), [Version(1), Version(2)], [], defaults: Default(1)), load: [], remove: [1]);
    }

    private static Dictionary<string, int> Default(int version) => new() { ["m"] = version };

    private static void AssertPlan(RolloutPlan plan, int[] load, int[] remove)
    {
        Assert.Equal(load, plan.Load.Select(version => version.Version));
        Assert.Equal(remove, plan.Remove.Select(version => version.Version));
    }

    private static Dictionary<string, FoundModel?> Found(ModelSettings settings, params int[] versions) =>
        new() { ["m"] = new FoundModel("m", settings, [.. versions.Select(version => Version(version))]) };

    private static FoundVersion Version(int version, string stamp = "new") => new("m", version, "", Latest) { Stamp = stamp };
}
