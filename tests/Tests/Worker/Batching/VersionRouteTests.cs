using QueueInference.Contracts;
using QueueInference.Worker.Batching;
using Xunit;

namespace QueueInference.Tests.Worker.Batching;

public sealed class VersionRouteTests
{
    private static readonly TensorSpec X = new("x", TensorDatatype.Fp32, [-1, 4], []), Y = new("y", TensorDatatype.Fp32, [-1, 2], []);

    [Fact]
    public void Choose_AtFirst_IsTheHighest() => Assert.Equal(3, Choose(null, null, Info(1, X, Y), Info(3, X, Y), Info(2, X, Y)));

    [Fact]
    public void Choose_NewVersionThatTakesTheSameJobs_GetsThem() => Assert.Equal(2, Choose(Info(1, X, Y), null, Info(1, X, Y), Info(2, X, Y)));

    [Fact]
    public void Choose_NewVersionWithAnotherInput_GetsNone() => Assert.Equal(1, Choose(Info(1, X, Y), null, Info(1, X, Y), Info(2, X with { Name = "z" }, Y)));

    [Fact]
    public void Choose_VersionThatIsSet_GetsThemWhateverItTakes() => Assert.Equal(2, Choose(Info(1, X, Y), 2, Info(1, X, Y), Info(2, X with { Name = "z" }, Y)));

    [Fact]
    public void Choose_VersionThatIsSetAndNotThere_CountsForNothing() => Assert.Equal(1, Choose(null, 7, Info(1, X, Y)));

    [Fact]
    public void Choose_NothingElseLeft_IsTheHighestThatIs() => Assert.Equal(2, Choose(Info(3, X, Y), null, Info(1, X with { Name = "z" }, Y), Info(2, X with { Name = "z" }, Y)));

    [Theory]
    [InlineData(new long[] { -1, -1 }, new long[] { -1, 2 }, true)]
    [InlineData(new long[] { -1, 5 }, new long[] { -1, 2 }, false)]
    [InlineData(new long[] { -1, 4 }, new long[] { -1, -1 }, false)]
    [InlineData(new long[] { -1, 4, 1 }, new long[] { -1, 2 }, false)]
    public void Replaces_Shapes_InputsMayBeWiderAndOutputsNarrower(long[] input, long[] output, bool expected) =>
        Assert.Equal(expected, VersionRoute.Replaces(new([X with { Shape = input }], [Y with { Shape = output }]), new([X], [Y])));

    [Fact]
    public void Replaces_OneMoreInput_OnlyWhereItIsOptional()
    {
        Assert.False(VersionRoute.Replaces(new([X, X with { Name = "mask" }], [Y]), new([X], [Y])));
        Assert.True(VersionRoute.Replaces(new([X, X with { Name = "mask", Optional = true }], [Y]), new([X], [Y])));
    }

    [Fact]
    public void Replaces_OneMoreOutput_IsNoHarm() => Assert.True(VersionRoute.Replaces(new([X], [Y, Y with { Name = "more" }]), new([X], [Y])));

    private static int Choose(ModelVersionInfo? current, int? wanted, params ModelVersionInfo[] versions) => VersionRoute.Choose(versions, current, wanted).Version;

    private static ModelVersionInfo Info(int version, TensorSpec input, TensorSpec output) => new("m", version, new([input], [output]), 1, 1, 3, "");
}
