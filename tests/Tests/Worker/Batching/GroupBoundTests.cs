using QueueInference.Worker.Batching;

namespace QueueInference.Tests.Worker.Batching;

public sealed class GroupBoundTests
{
    [Theory]
    [InlineData(null, 16, 8)]
    [InlineData(0.5, 16, 10)]
    [InlineData(0.5, 4, 4)]
    [InlineData(0.001, 256, 64)]
    [InlineData(0.001, null, 64)]
    [InlineData(0.0, 256, 64)]
    [InlineData(2.0, null, 2)]
    [InlineData(80.0, 16, 1)]
    public void Jobs_OfACostAndABatch_AreBounded(double? rowCost, int? bestBatch, int expected) => Assert.Equal(expected, GroupBound.Jobs(rowCost, bestBatch));
}
