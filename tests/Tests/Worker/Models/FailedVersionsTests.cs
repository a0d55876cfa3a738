using Microsoft.Extensions.Time.Testing;
using QueueInference.Worker.Models;
using Xunit;

namespace QueueInference.Tests.Worker.Models;

public sealed class FailedVersionsTests
{
    private static readonly FoundVersion One = new("m", 1, "", new ModelSettings());
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Refused_TriesAgainAfterAMinuteAndThenAfterTwiceAsLong()
    {
        var failed = new FailedVersions(_time);
        failed.Add(One, "It is broken.");
        Assert.Equal([One], failed.Refused);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(failed.Refused);

        failed.Add(One, "It is broken still.");
        _time.Advance(TimeSpan.FromSeconds(119));
        Assert.Equal([One], failed.Refused);
        Assert.Equal("It is broken still.", failed.Reasons["m/1"]);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(failed.Refused);
        Assert.Single(failed.Reasons);
    }

    [Fact]
    public void Refused_WaitsAnHourAtMost()
    {
        var failed = new FailedVersions(_time);
        for (var tries = 0; tries < 20; tries++)
        {
            failed.Add(One, "It is broken.");
        }

        _time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(failed.Refused);
    }

    [Fact]
    public void Keep_WhatIsNotThereOrHasOtherFiles_IsForgotten()
    {
        var failed = new FailedVersions(_time);
        failed.Add(One, "It is broken.");

        failed.Keep(new HashSet<string> { (One with { Stamp = "new" }).Key });

        Assert.Empty(failed.Reasons);
    }
}
