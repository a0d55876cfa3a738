using QueueInference.Contracts;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Models;

namespace QueueInference.Tests.Worker.Models;

public sealed class BatchSafetyTests
{
    [Fact]
    public void Check_IndependentRows_IsSafe()
    {
        using var model = TestModels.Load("identity_fp32");
        Assert.Null(BatchSafety.Compare(model, [[Row(1, 2, 3)], [Row(4, 5, 6)], [Row(-1, float.NaN, float.PositiveInfinity)]]));
    }

    [Fact]
    public void Check_JobsOfSeveralRows_AreComparedEach()
    {
        using var model = TestModels.Load("identity_fp32");
        Assert.Null(BatchSafety.Compare(model, [[TestTensors.Floats("x", [2, 1], 1, 2)], [TestTensors.Floats("x", [1, 1], 3)]]));
    }

    [Fact]
    public void Compare_MeanOfTheBatch_NamesOutputAndDifference()
    {
        using var model = TestModels.Load("batch_mean");
        Assert.Equal(new OutputDifference("y", 4.5), BatchSafety.Compare(model, [[Row(0, 0, 0)], [Row(1, 1, 9)]]));
    }

    [Fact]
    public void Compare_OutputWithoutTheRows_IsAnotherOne()
    {
        using var model = TestModels.Load("doubles_its_rows");
        Assert.Equal(new OutputDifference("y", double.PositiveInfinity), BatchSafety.Compare(model, [[Pair(0, 1)], [Pair(1, 0)]]));
    }

    [Fact]
    public void Check_RefusedData_Throws()
    {
        using var model = TestModels.Load("fails_on_negative");
        Assert.Throws<InferenceException>(() => BatchSafety.Compare(model, [[TestTensors.Floats("x", [1, 4], -1, 0, 0, 0)], [TestTensors.Floats("x", [1, 4], 1, 2, 3, 4)]]));
    }

    [Fact]
    public void Padding_MaskedModel_IsSafe()
    {
        using var model = TestModels.Load("masked_mean");
        Assert.Null(PaddingSafety.Compare(model, Buckets(model), [TestTensors.Floats("tokens", [1, 2, 2], 1, 2, 3, 4), TestTensors.Of("attention_mask", TensorDatatype.Int64, [1, 2], 1L, 1)]));
    }

    [Fact]
    public void Padding_ModelThatLooksAtIt_Differs()
    {
        using var model = TestModels.Load("sequence_mean");
        Assert.Equal(new OutputDifference("mean", 1.5), PaddingSafety.Compare(model, Buckets(model), [TestTensors.Floats("x", [1, 2], 3, 3)]));
    }

    private static SequenceBuckets Buckets(OnnxModelRunner model) => SequenceBuckets.Create(model.Signature, new() { SequenceBuckets = [4] })!;

    private static Tensor Row(params float[] values) => TestTensors.Floats("x", [1, values.Length], values);

    private static Tensor Pair(float one, float other) => TestTensors.Floats("x", [1, 2], one, other);
}
