using QueueInference.Core.Jobs;
using QueueInference.Worker.Rollouts;
using Xunit;

namespace QueueInference.Tests.Worker.Rollouts;

public sealed class CanaryShareTests
{
    private static readonly string[] Ids = [.. Enumerable.Range(0, 20_000).Select(_ => JobId.Create(0, 1_795_000_000_000, "tenant", "key"u8).Text)];

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(50)]
    public void Takes_Percent_OfManyJobs(int percent) =>
        Assert.InRange(Ids.Count(id => CanaryShare.Takes(id, percent)), Ids.Length * percent / 100 * 0.8, Ids.Length * percent / 100 * 1.2);

    [Fact]
    public void Takes_NoneOrAll_AtTheEnds()
    {
        Assert.DoesNotContain(Ids, id => CanaryShare.Takes(id, 0));
        Assert.All(Ids, id => Assert.True(CanaryShare.Takes(id, 100)));
    }

    [Fact]
    public void Takes_AJobOfASmallShare_IsInEveryLargerOne() =>
        Assert.All(Ids.Where(id => CanaryShare.Takes(id, 5)), id => Assert.True(CanaryShare.Takes(id, 25)));
}
