using QueueInference.Worker.Batching;

namespace QueueInference.Tests.Worker.Batching;

public sealed class BatchSizeTableTests
{
    [Fact]
    public void Choose_NothingMeasured_IsOne() => Assert.Equal((1, 1, 1), (Auto(64).Choose(0), Auto(64).Choose(100), Auto(64).Chosen));

    [Fact]
    public void Choose_Fixed_IsThatNumber()
    {
        var table = new BatchSizeTable(24);
        Measure(table, 1, 1, 1, 1);
        Assert.Equal((24, 24, 24), (table.Choose(0), table.Choose(1000), table.Chosen));
        Assert.Equal([1], table.Times.Select(time => time.Rows));
    }

    [Fact]
    public void Sizes_OfAnyLimit_ArePowersOfTwoAndTheLimit()
    {
        Assert.Equal([1], Auto(1).Sizes);
        Assert.Equal([1, 2, 4, 8], Auto(8).Sizes);
        Assert.Equal([1, 2, 4, 8, 10], Auto(10).Sizes);
    }

    [Theory]
    [InlineData(new[] { 1.0, 2, 4, 8, 16 }, 1)]
    [InlineData(new[] { 1.0, 1, 1, 1, 1 }, 16)]
    [InlineData(new[] { 1.0, 1.1, 2.0, 3.95, 7.8 }, 4)]
    // The real classifier: 1077, 1147, 900 and 718 items/s at 1, 4, 8 and 32.
    [InlineData(new[] { 0.93, 1.8, 3.49, 8.9, 21 }, 4)]
    public void Chosen_AllMeasured_IsTheSmallestThatIsNearlyBest(double[] milliseconds, int expected)
    {
        var table = Measured(16, milliseconds);
        Assert.Equal((expected, null), (table.Chosen, table.Next));
        Assert.Equal(expected, table.Choose(expected));
    }

    [Fact]
    public void Choose_NextSizeNotMeasured_IsTriedOnlyWhereEnoughWait()
    {
        var table = Measured(64, [1, 1, 1]);
        Assert.Equal((4, 4, 8), (table.Choose(3), table.Choose(7), table.Choose(8)));
    }

    [Fact]
    public void Choose_NewShapeInTraffic_ExploresByItself()
    {
        var table = Auto(64);
        var runs = Explore(table, rows => 1 + (0.1 * rows), waiting: 100);
        Assert.Equal((64, null), (table.Chosen, table.Next));
        Assert.Equal([1, 2, 4, 8, 16, 32, 64], runs.Distinct());
    }

    [Fact]
    public void Choose_ThroughputFallsTwice_StopsExploring()
    {
        var table = Auto(64);
        var runs = Explore(table, rows => rows <= 4 ? 1 + rows : 2 * rows, waiting: 100);
        Assert.Equal((4, 16), (table.Chosen, runs.Max()));
    }

    [Fact]
    public void Choose_ThroughputFallsOnce_GoesOn()
    {
        var table = Auto(8);
        Explore(table, rows => rows == 4 ? 40 : 1 + rows, waiting: 100);
        Assert.Equal(8, table.Chosen);
    }

    [Fact]
    public void Choose_JobsOfThreeRows_ExploreToo()
    {
        var table = Auto(64);
        for (var run = 0; run < 40; run++)
        {
            var rows = Math.Max(3, table.Choose(100) / 3 * 3);
            table.Observe(rows, TimeSpan.FromMilliseconds(1 + (0.01 * rows)));
        }

        Assert.Equal(64, table.Chosen);
    }

    [Fact]
    public void Choose_FullBatches_TryBothNeighboursNowAndThen()
    {
        var table = Measured(16, [1, 1.1, 2.3, 4.6, 9.2]);
        var tried = Enumerable.Range(0, 512).Select(_ => table.Choose(100)).ToList();
        Assert.Equal((6, 6, 500), (tried.Count(size => size == 1), tried.Count(size => size == 4), tried.Count(size => size == 2)));
    }

    [Fact]
    public void Choose_FewWait_NeverTriesMore()
    {
        var table = Measured(4, [1, 1.1, 2.3]);
        Assert.DoesNotContain(4, Enumerable.Range(0, 512).Select(_ => table.Choose(2)));
    }

    [Fact]
    public void Chosen_MachineChanges_Follows()
    {
        var table = Measured(8, [1, 2, 4, 8]);
        for (var run = 0; run < 10_000; run++)
        {
            var rows = table.Choose(100);
            table.Observe(rows, TimeSpan.FromMilliseconds(2 + (0.1 * rows)));
        }

        Assert.Equal(8, table.Chosen);
    }

    [Fact]
    public void Observe_FirstRunOfASize_IsForgotten()
    {
        var table = Auto(8);
        Measure(table, 1, 500, 1, 1);
        Assert.Equal(new BatchTime(1, 1, 2), Assert.Single(table.Times));
    }

    [Fact]
    public void Observe_LateRuns_DoNotCount()
    {
        var table = Auto(8);
        Measure(table, 1, 1, 1, 90, 1, 1, 80, 1);
        Assert.Equal(1, Assert.Single(table.Times).Milliseconds);
    }

    [Fact]
    public void Observe_RowsBetweenSizes_CountUntilTheSizeItselfRan()
    {
        var table = Auto(8);
        Measure(table, 3, 6, 6, 6);
        Assert.Equal(new BatchTime(4, 8, 3), Assert.Single(table.Times));
        Measure(table, 4, 9, 5, 5, 5);
        Measure(table, 3, 6);
        Assert.Equal(new BatchTime(4, 5, 3), Assert.Single(table.Times));
    }

    [Fact]
    public void Observe_RowsBeyondTheLimit_AreIgnored()
    {
        var table = Auto(8);
        Measure(table, 9, 1);
        Measure(table, 0, 1);
        Assert.Empty(table.Times);
    }

    [Fact]
    public void OutOfMemory_OfABatch_HalvesAndIsRemembered()
    {
        var table = Measured(16, [1, 1, 1, 1, 1]);
        table.OutOfMemory(16);
        Assert.Equal((8, null), (table.Chosen, table.Next));
        table.OutOfMemory(16);
        Assert.All(Enumerable.Range(0, 512), _ => Assert.InRange(table.Choose(100), 1, 8));
        Assert.Equal([1, 2, 4, 8], table.Times.Select(time => time.Rows));
    }

    [Fact]
    public void OutOfMemory_OfAFixedSize_HalvesIt()
    {
        var table = new BatchSizeTable(10);
        table.OutOfMemory(10);
        Assert.Equal(5, table.Choose(100));
        table.OutOfMemory(1);
        table.OutOfMemory(1);
        Assert.Equal(1, table.Choose(100));
    }

    [Fact]
    public void RowCost_OfAnyTable_IsThatOfTheChosenSizeOrTheNearestBelow()
    {
        Assert.Null(Auto(8).RowCost);
        Assert.Equal(0.25, Measured(4, [1, 1, 1]).RowCost);
        var twice = new BatchSizeTable(32);
        Measure(twice, 1, 3, 3);
        Measure(twice, 2, 4, 4);
        Assert.Equal(2, twice.RowCost);
    }

    private static BatchSizeTable Auto(int maxRows) => new(maxRows, auto: true);

    private static BatchSizeTable Measured(int maxRows, double[] milliseconds)
    {
        var table = Auto(maxRows);
        foreach (var (size, time) in table.Sizes.Zip(milliseconds))
        {
            Measure(table, size, time, time, time, time);
        }

        return table;
    }

    private static void Measure(BatchSizeTable table, int rows, params double[] milliseconds) =>
        Array.ForEach(milliseconds, time => table.Observe(rows, TimeSpan.FromMilliseconds(time)));

    private static List<int> Explore(BatchSizeTable table, Func<int, double> milliseconds, int waiting) => [.. Enumerable.Range(0, 60).Select(_ =>
    {
        var rows = table.Choose(waiting);
        table.Observe(rows, TimeSpan.FromMilliseconds(milliseconds(rows)));
        return rows;
    })];
}
