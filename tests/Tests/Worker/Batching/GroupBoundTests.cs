using QueueInference.Worker.Batching;

namespace QueueInference.Tests.Worker.Batching;

public sealed class GroupBoundTests
{
    [Theory]
    [InlineData(null, 8)]
    [InlineData(0.5, 40)]
    [InlineData(0.001, 64)]
    [InlineData(0.0, 64)]
    [InlineData(8.0, 2)]
    [InlineData(80.0, 1)]
    public void Jobs_OfACost_AreBounded(double? rowCost, int expected) => Assert.Equal(expected, GroupBound.Jobs(rowCost));
}
