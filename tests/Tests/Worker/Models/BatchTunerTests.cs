using QueueInference.Contracts;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Models;

namespace QueueInference.Tests.Worker.Models;

public sealed class BatchTunerTests
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(2);

    [Fact]
    public void Measure_FastModel_KnowsAllSizes()
    {
        var model = new SimulatedModel(rows => 1 + (0.05 * rows));
        var table = Measure(model, 64);
        Assert.Equal([1, 2, 4, 8, 16, 32, 64], table.Times.Select(time => time.Rows));
        Assert.All(table.Times, time => Assert.Equal((1 + (0.05 * time.Rows), 5), (time.Milliseconds, time.Samples)));
        Assert.Equal((64, null), (table.Chosen, table.Next));
    }

    [Fact]
    public void Warm_SizesKnown_RunsThoseOfJobsOnceAndMeasuresNothing()
    {
        var known = Measure(new SimulatedModel(rows => rows <= 4 ? 1 + rows : 9 * rows), 64);
        var (model, times) = (new SimulatedModel(_ => 1), known.Times);

        new BatchTuner(model, model.Time).Warm(known, Rows, 64);

        Assert.Equal([1, 2, 4, 8], model.Runs);
        Assert.Equal(times, known.Times);
    }

    [Fact]
    public void Measure_Sizes_AreRunInTurns() =>
        Assert.Equal([1, 2, 4, 1, 2, 4], Runs(new SimulatedModel(_ => 1), 4).Take(6));

    [Fact]
    public void Measure_SlowerTwice_GoesNoFurther()
    {
        var model = new SimulatedModel(rows => rows <= 2 ? rows : 1.5 * rows);
        Assert.Equal(1, Measure(model, 64).Chosen);
        Assert.Equal(8, model.Runs.Max());
    }

    [Fact]
    public void Measure_FirstRunsSlow_AreNoReasonToStop()
    {
        var seen = new HashSet<int>();
        var table = Measure(new SimulatedModel(rows => seen.Add(rows) && rows > 1 ? 4 * rows : 1), 64);
        Assert.Equal(64, table.Chosen);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(300)]
    public void Measure_SlowModel_KeepsTheBudget(double rowMilliseconds)
    {
        var model = new SimulatedModel(rows => rowMilliseconds * rows);
        var start = model.Time.GetUtcNow();
        var table = Measure(model, 64);
        Assert.InRange(model.Time.GetUtcNow() - start, TimeSpan.Zero, Budget * 1.25);
        Assert.Equal(1, table.Chosen);
        Assert.Equal(rowMilliseconds, table.RowCost);
    }

    [Fact]
    public void Measure_RunLongerThanTheBudget_StillHasThree()
    {
        var model = new SimulatedModel(_ => 5000);
        Assert.Equal(5000, Measure(model, 64).RowCost);
        Assert.Equal([1, 1, 1], model.Runs);
    }

    [Fact]
    public void Measure_OutOfMemory_HalvesAndGoesOn()
    {
        var table = Measure(new SimulatedModel(_ => 1, mostRows: 20), 64);
        Assert.Equal((16, 16), (table.Chosen, table.Sizes[^1]));
    }

    [Fact]
    public void Measure_InputsTooLarge_GoesNoFurther() => Assert.Equal(8, Runs(new SimulatedModel(_ => 1), 64, mostRows: 15).Max());

    [Fact]
    public void Measure_OneRowOutOfMemory_Throws() =>
        Assert.Throws<InferenceException>(() => Measure(new SimulatedModel(_ => 1, mostRows: 0), 64));

    private static List<int> Runs(SimulatedModel model, int maxRows, int mostRows = 1024)
    {
        Measure(model, maxRows, mostRows);
        return model.Runs;
    }

    private static BatchSizeTable Measure(SimulatedModel model, int maxRows, int mostRows = 1024)
    {
        var table = new BatchSizeTable(maxRows, auto: true);
        new BatchTuner(model, model.Time).Measure(table, Rows, mostRows, Budget);
        return table;
    }

    private static Tensor[] Rows(int rows) => [TestTensors.Floats("x", [rows, 2], new float[rows * 2])];
}
