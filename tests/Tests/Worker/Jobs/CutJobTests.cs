using QueueInference.Contracts;
using QueueInference.Worker.Jobs;
using Xunit;

namespace QueueInference.Tests.Worker.Jobs;

public sealed class CutJobTests
{
    private readonly CutJob _cut = new(5);

    [Fact]
    public void Add_AllParts_JoinInTheOrderOfTheRows()
    {
        Assert.False(_cut.Add(4, 1, Rows(5), 1));
        Assert.False(_cut.Add(0, 2, Rows(1, 2), 2));
        Assert.True(_cut.Add(2, 2, Rows(3, 4), 3));

        var output = Assert.Single(_cut.Join());
        Assert.Equal([5, 1], output.Shape);
        Assert.Equal([1f, 2, 3, 4, 5], output.ToFloats());
        Assert.Equal(6, _cut.InferenceMs);
    }

    [Fact]
    public void Add_BorrowedOutputs_AreCopied()
    {
        var data = new byte[4];
        _cut.Add(0, 5, [new Tensor("y", TensorDatatype.UInt8, [1, 4], data)], 1);
        data[0] = 7;

        Assert.Equal(0, _cut.Join()[0].Data.Span[0]);
    }

    [Fact]
    public void Fail_TwoParts_AreOneFailure()
    {
        Assert.True(_cut.Fail());
        Assert.False(_cut.Fail());
        Assert.False(_cut.Add(0, 5, Rows(1, 2, 3, 4, 5), 1));
    }

    private static Tensor[] Rows(params float[] rows) => [TestTensors.Floats("y", [rows.Length, 1], rows)];
}
