using Microsoft.Extensions.Time.Testing;
using QueueInference.Contracts;
using QueueInference.Core.Models;
using QueueInference.Tests.Core.Jobs;
using Xunit;

namespace QueueInference.Tests.Core.Models;

/// <summary>When a version is forgotten, over a real store and by a clock that the test moves.</summary>
public sealed class ModelCatalogueTests : IClassFixture<GarnetFixture>
{
    private static readonly TimeSpan Young = TimeSpan.FromMinutes(1), Old = TimeSpan.FromDays(1);
    private readonly FakeTimeProvider _time = new();
    private readonly string _model = "m" + Guid.NewGuid().ToString("N");
    private readonly ModelCatalogue _catalogue;
    private readonly GoneVersions _gone;

    public ModelCatalogueTests(GarnetFixture garnet) => (_catalogue, _gone) = TestCatalogue.Over(garnet, _time);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Prune_VersionThatTheCallerLeft_IsGoneOnceNoOtherServesIt()
    {
        await SayAsync("a", 2);
        await SayAsync("b", 1);
        await PruneAsync(Young, left: 1);
        Assert.Equal([1, 2], await KnownAsync());

        await SayAsync("b", 2);
        await PruneAsync(Young, left: 1);

        Assert.Equal([2], await KnownAsync());
        Assert.Contains($"{_model}/1", await _gone.GetAsync(Stop));
        Assert.True(await _gone.ContainsAsync(_model, 1, Stop));
    }

    [Fact]
    public async Task Announce_VersionThatWasGone_IsThereAgain()
    {
        await SayAsync("a", 1);
        await SayAsync("a", 2);
        await PruneAsync(Young, left: 1);

        await SayAsync("b", 1);

        Assert.Equal([1, 2], await KnownAsync());
        Assert.False(await _gone.ContainsAsync(_model, 1, Stop));
    }

    /// <summary>Its worker may only be slow to come back, after a restart of everything.</summary>
    [Fact]
    public async Task Prune_VersionThatOthersLeft_IsForgottenAfterAnHourThatTheCallerHasSeen()
    {
        await SayAsync("b", 1);
        await _catalogue.LeaveAsync("b", Stop);
        _time.Advance(ModelCatalogue.Memory * 2);
        await SayAsync("a", 2);

        await PruneAsync(Young);
        Assert.Equal([1, 2], await KnownAsync());
        await PruneAsync(Old);
        Assert.Equal([2], await KnownAsync());
    }

    [Fact]
    public async Task Prune_LastVersionOfAModel_IsOnlyScaledToZero()
    {
        await SayAsync("b", 1);
        await _catalogue.LeaveAsync("b", Stop);
        _time.Advance(ModelCatalogue.Memory * 2);

        await _catalogue.PruneAsync(new HashSet<string> { "another" }, new HashSet<string>(), Old, Stop);

        Assert.Equal([1], await KnownAsync());
    }

    [Fact]
    public async Task Get_GoneForLongerThanAnyJobWaits_IsForgotten()
    {
        await _gone.AddAsync($"{_model}/1", Stop);
        _time.Advance(TimeSpan.FromHours(25));

        Assert.DoesNotContain($"{_model}/1", await _gone.GetAsync(Stop));
    }

    private async Task SayAsync(string worker, int version)
    {
        await _catalogue.HeartbeatAsync(new WorkerInfo(worker, 0, [$"{_model}/{version}"], []), Stop);
        await _catalogue.AnnounceAsync([new ModelVersionInfo(_model, version, new ModelSignature([], []), 1, 1, 1, "")], Stop);
    }

    private Task PruneAsync(TimeSpan age, params int[] left) =>
        _catalogue.PruneAsync(new HashSet<string> { _model }, left.Select(version => $"{_model}/{version}").ToHashSet(), age, Stop);

    private async Task<IEnumerable<int>> KnownAsync() =>
        (await _catalogue.GetVersionsAsync(Stop)).Where(version => version.Model == _model).Select(version => version.Version).Order();
}
