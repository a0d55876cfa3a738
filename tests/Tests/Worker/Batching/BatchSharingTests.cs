using Microsoft.Extensions.Logging.Abstractions;
using QueueInference.Contracts;
using QueueInference.Tests.Worker.Jobs;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Models;
using Xunit;

namespace QueueInference.Tests.Worker.Batching;

public sealed class BatchSharingTests
{
    private static readonly ModelSignature Signature = new(
        [new("x", TensorDatatype.Fp32, [-1, 1], ["N", ""])], [new("x", TensorDatatype.Fp32, [-1, 1], ["N", ""])]);

    [Fact]
    public void Split_RowsIndependent_ShareFromNowOn()
    {
        var (model, sharing) = Of(inputs => inputs);

        Assert.Equal([3], Sizes(sharing.Split(Parts(1, 2, 3))));
        Assert.True(model.BatchSafe);
    }

    [Fact]
    public void Split_RowsMixed_RunAloneFromNowOn()
    {
        var (model, sharing) = Of(inputs => [TestTensors.Floats("x", inputs[0].Shape, [.. inputs[0].ToFloats().Select(value => value - inputs[0].ToFloats().Average())])]);

        Assert.Equal([1, 1, 1], Sizes(sharing.Split(Parts(1, 2, 3))));
        Assert.False(model.BatchSafe);
        Assert.Equal(1, model.BatchSizes.MaxRows);
    }

    [Fact]
    public void Split_EqualRows_ProveNothing()
    {
        var (model, sharing) = Of(inputs => inputs);

        Assert.Equal([1, 1], Sizes(sharing.Split(Parts(5, 5))));
        Assert.Null(model.BatchSafe);
    }

    [Fact]
    public void Split_OneOfThemFails_IsNotKnownYet()
    {
        var (model, sharing) = Of(inputs => inputs[0].ToFloats().Min() < 0 ? throw new InferenceException(InferenceFailure.Failed, "no") : inputs);

        Assert.Equal([1, 1], Sizes(sharing.Split(Parts(1, -1))));
        Assert.Null(model.BatchSafe);
        Assert.Equal([2], Sizes(sharing.Split(Parts(1, 2))));
    }

    private static (LoadedModel Model, BatchSharing Sharing) Of(Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> run)
    {
        var model = TestModels.Loaded(new StubModel(run, Signature));
        return (model, new BatchSharing(model, model.Runner, NullLogger.Instance));
    }

    private static BatchPart[] Parts(params float[] rows) => [.. rows.Select(row => new BatchPart(TestJobs.With(TestTensors.Floats("x", [1, 1], row)), 0, 1))];

    private static IEnumerable<int> Sizes(IEnumerable<IReadOnlyList<BatchPart>> batches) => batches.Select(batch => batch.Count);
}
