using QueueInference.Core.Jobs;
using Xunit;

namespace QueueInference.Tests.Core.Jobs;

public sealed class JobIdTests
{
    private const long Now = 1_790_000_000_123;
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Theory]
    [InlineData(0, "p00")]
    [InlineData(7, "p07")]
    [InlineData(63, "p63")]
    public void Create_AnyPartition_CarriesPartitionAndTime(int partition, string expected)
    {
        var id = JobId.Create(partition, Now, "default", Key);

        Assert.Matches("^p[0-9]{2}[0-9a-hjkmnp-tv-z]{28}$", id.Text);
        Assert.Equal(expected, id.Partition);
        Assert.Equal(Now, id.CreatedAt);
        Assert.Equal(id.Text, id.ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData((1L << 50) - 1)]
    public void CreatedAt_AnyTimeThatFits_RoundTrips(long time) => Assert.Equal(time, JobId.Create(0, time, "default", Key).CreatedAt);

    [Fact]
    public void Create_LaterTime_SortsLater() => Assert.True(
        string.CompareOrdinal(JobId.Create(0, Now, "default", Key).Text, JobId.Create(0, Now + 1, "default", Key).Text) < 0);

    [Fact]
    public void Create_SameMoment_DiffersEachTime() =>
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => JobId.Create(0, Now, "default", Key)).Distinct().Count());

    [Fact]
    public void TryParse_OwnId_IsTaken()
    {
        var id = JobId.Create(0, Now, "default", Key);

        Assert.True(JobId.TryParse(id.Text, "default", Key, out var parsed));
        Assert.Equal(id, parsed);
        Assert.Equal(id, JobId.Trusted(id.Text));
    }

    [Fact]
    public void TryParse_OtherTenantOrKey_IsRefused()
    {
        var id = JobId.Create(0, Now, "default", Key);

        Assert.False(JobId.TryParse(id.Text, "other", Key, out _));
        Assert.False(JobId.TryParse(id.Text, "default", new byte[32], out _));
    }

    [Fact]
    public void TryParse_AnyCharacterChanged_IsRefused()
    {
        var text = JobId.Create(0, Now, "default", Key).Text;
        for (var i = 0; i < text.Length; i++)
        {
            var changed = text[..i] + (text[i] == '1' ? '2' : '1') + text[(i + 1)..];
            Assert.False(JobId.TryParse(changed, "default", Key, out _), $"Character {i} is not covered by the check.");
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("p00")]
    [InlineData("p00 00000000000000000000000000 ")]
    [InlineData("p000000000000000000000000000000")]
    [InlineData("q000000000000000000000000000000")]
    [InlineData("pa00000000000000000000000000000")]
    [InlineData("p0a0000000000000000000000000000")]
    [InlineData("p00000000000000000000000000000i")]
    [InlineData("p00000000000000000000000000000l")]
    [InlineData("p00000000000000000000000000000o")]
    [InlineData("p00000000000000000000000000000u")]
    [InlineData("p00000000000000000000000000000}")]
    [InlineData("p00000000000000000000000000000é")]
    public void TryParse_MadeUp_IsRefused(string? text) => Assert.False(JobId.TryParse(text, "default", Key, out _));

    [Fact]
    public void TryParse_OtherCaseOrLength_IsRefused()
    {
        var text = JobId.Create(0, Now, "default", Key).Text;

        Assert.False(JobId.TryParse(text.ToUpperInvariant(), "default", Key, out _));
        Assert.False(JobId.TryParse(text + "0", "default", Key, out _));
        Assert.False(JobId.TryParse(text[..^1], "default", Key, out _));
        Assert.False(JobId.TryParse(" " + text[..^1], "default", Key, out _));
    }

    [Fact]
    public void ToString_NoId_IsEmpty() => Assert.Equal("", default(JobId).ToString());
}
