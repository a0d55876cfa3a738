using QueueInference.Contracts;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Inference;

namespace QueueInference.Tests.Worker.Batching;

public sealed class ShapeLabelTests
{
    [Fact]
    public void Of_OneInput_IsReadable() => Assert.Equal("x:[*,3,48,192]", Of(TestTensors.Floats("x", [5, 3, 48, 192])));

    [Fact]
    public void Of_SeveralAndOddNames_KeepsThemApart() =>
        Assert.Equal("a:0:[] b]:7[x:[*,2]", Of(TestTensors.Floats("b]:7[x", [5, 2]), TestTensors.Floats("a:0", [])));

    private static string Of(params Tensor[] inputs) => ShapeLabel.Of(TensorBatch.ShapeKey(inputs));
}
