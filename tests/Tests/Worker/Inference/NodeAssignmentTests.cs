using QueueInference.Worker.Inference;
using Xunit;

namespace QueueInference.Tests.Worker.Inference;

public sealed class NodeAssignmentTests
{
    [Theory]
    [InlineData("two_in_two_out", 2)]
    [InlineData("no_batch", 1)]
    public void Of_ModelOnTheCpu_CountsItsNodes(string model, int nodes)
    {
        using var runner = TestModels.Load(model);

        Assert.Equal("cpu", runner.Device);
        Assert.Equal([new ProviderShare("cpu", nodes)], runner.Providers);
    }
}
