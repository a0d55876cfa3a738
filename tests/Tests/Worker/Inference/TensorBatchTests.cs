using QueueInference.Contracts;
using QueueInference.Worker.Inference;
using Xunit;

namespace QueueInference.Tests.Worker.Inference;

public sealed class TensorBatchTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 50)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Split_OfStack_GivesTheJobsBack(int seed)
    {
        var random = new Random(seed);
        var specs = Enumerable.Range(0, random.Next(1, 4))
            .Select(i => (Name: $"t{i}", Datatype: (TensorDatatype)random.Next(1, 15), Tail: RandomTail(random))).ToArray();
        var rows = Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(0, 4)).ToArray();
        var jobs = rows.Select(count => specs.Select(spec => TestTensors.Random(random, spec.Name, spec.Datatype, [count, .. spec.Tail])).ToArray()).ToArray();

        var batch = TensorBatch.Stack(jobs);
        var parts = TensorBatch.Split(batch, rows);

        Assert.Single(jobs.Select(TensorBatch.ShapeKey).Distinct());
        Assert.All(batch, tensor => Assert.Equal(rows.Sum(), tensor.Shape[0]));
        Assert.Equal(rows.Length, parts.Length);
        foreach (var (job, part) in jobs.Zip(parts))
        {
            Assert.All(job.Zip(part), pair => TestTensors.AssertEqual(pair.First, pair.Second));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Run_OfStack_EqualsRunsAlone(int seed)
    {
        var random = new Random(seed);
        using var runner = TestModels.Load("two_in_two_out");
        int[] rows = [random.Next(1, 5), random.Next(1, 5), random.Next(1, 5)];
        var jobs = rows.Select(count => new[] { Floats(random, "a", count), Floats(random, "b", count) }).ToArray();

        var parts = TensorBatch.Split(runner.RunOnce(TensorBatch.Stack(jobs)), rows);

        foreach (var (job, part) in jobs.Zip(parts))
        {
            Assert.All(runner.RunOnce(job).Zip(part), pair => TestTensors.AssertEqual(pair.First, pair.Second));
        }
    }

    [Fact]
    public void Stack_InputsInAnotherOrder_JoinsByName()
    {
        var batch = TensorBatch.Stack(
        [
            [TestTensors.Floats("a", [1, 1], 1), TestTensors.Floats("b", [1, 1], 2)],
            [TestTensors.Floats("b", [1, 1], 4), TestTensors.Floats("a", [1, 1], 3)],
        ]);

        Assert.Equal(["a", "b"], batch.Select(tensor => tensor.Name));
        Assert.Equal([1f, 3], batch[0].ToFloats());
        Assert.Equal([2f, 4], batch[1].ToFloats());
    }

    [Fact]
    public void Stack_LoneJob_IsNotCopied()
    {
        var input = TestTensors.Floats("a", [1, 1], 1);

        Assert.Same(input, Assert.Single(TensorBatch.Stack([[input]])));
    }

    [Fact]
    public void Split_FixedSizeElements_SharesTheMemory()
    {
        var output = TestTensors.Floats("y", [3, 2], 1, 2, 3, 4, 5, 6);

        var parts = TensorBatch.Split([output], [1, 2]);

        Assert.True(parts[1][0].Data.Span.Overlaps(output.Data.Span, out var offset));
        Assert.Equal(-8, offset);
    }

    [Theory]
    [InlineData(new long[] { 2, 2 })]
    [InlineData(new long[] { 4 })]
    [InlineData(new long[] { })]
    public void Split_RowsDoNotAddUp_Throws(long[] shape)
    {
        var output = TestTensors.Random(new Random(1), "y", TensorDatatype.Fp32, shape);

        var error = Assert.Throws<InvalidOperationException>(() => TensorBatch.Split([output], [1, 2]));

        Assert.Equal($"The output 'y' has the shape [{string.Join(',', shape)}], but 3 rows went in: the model cannot be batched.", error.Message);
    }

    [Fact]
    public void Split_LoneJob_GetsEverything() =>
        Assert.Empty(TensorBatch.Split([TestTensors.Floats("y", [], 1)], [2])[0][0].Shape);

    [Fact]
    public void ShapeKey_OtherOrderOrRows_IsEqual() => Assert.Equal(
        TensorBatch.ShapeKey([TestTensors.Floats("a", [1, 2], 1, 2), TestTensors.Floats("b", [1], 1)]),
        TensorBatch.ShapeKey([TestTensors.Floats("b", [2], 1, 2), TestTensors.Floats("a", [2, 2], 1, 2, 3, 4)]));

    [Fact]
    public void ShapeKey_AnyOtherDifference_Differs()
    {
        Tensor[] jobs =
        [
            new("a", TensorDatatype.Fp32, [1, 2], default), new("b", TensorDatatype.Fp32, [1, 2], default),
            new("a", TensorDatatype.Int32, [1, 2], default), new("a", TensorDatatype.Fp32, [1, 3], default),
            new("a", TensorDatatype.Fp32, [1], default), new("a", TensorDatatype.Fp32, [], default),
            new("a", TensorDatatype.Fp32, [1, 2, 1], default), new("a:11[*,2]1:b", TensorDatatype.Fp32, [1, 2], default),
        ];
        var keys = jobs.Select(job => TensorBatch.ShapeKey([job])).Append(TensorBatch.ShapeKey([jobs[0], jobs[1]])).ToArray();

        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    private static long[] RandomTail(Random random) => [.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => (long)random.Next(0, 4))];

    private static Tensor Floats(Random random, string name, int rows) =>
        TestTensors.Floats(name, [rows, 3], [.. Enumerable.Range(0, rows * 3).Select(_ => random.NextSingle())]);

    [Fact]
    public void HaveSameShape_AnyTwo_SaysWhatTheKeySays()
    {
        long[][] shapes = [[], [1], [2], [1, 2], [2, 2], [1, 3], [1, 2, 2]];
        var jobs = shapes.SelectMany(shape => new[] { TensorDatatype.Fp32, TensorDatatype.Int32 }.SelectMany(type => new[] { "a", "b" }.Select(name =>
            new[] { new Tensor(name, type, shape, default) }))).Append([new Tensor("a", TensorDatatype.Fp32, [1], default), new Tensor("b", TensorDatatype.Fp32, [1], default)]).ToList();

        Assert.All(jobs, job => Assert.All(jobs, other =>
            Assert.Equal(TensorBatch.ShapeKey(job) == TensorBatch.ShapeKey(other), TensorBatch.HaveSameShape(job, other))));
    }
}
