using QueueInference.Worker.Batching;

namespace QueueInference.Tests.Worker.Batching;

public sealed class BatchSizesTests
{
    private readonly BatchSizes _sizes = new(16, auto: true);

    [Fact]
    public void For_SameShape_IsTheSameTable()
    {
        Assert.Same(_sizes.For("a"), _sizes.For("a"));
        Assert.NotSame(_sizes.For("a"), _sizes.For("b"));
    }

    [Fact]
    public void For_ManyShapes_DropsTheOneNotUsedLongest()
    {
        var (first, second) = (_sizes.For("first"), _sizes.For("second"));
        for (var i = 0; i < 63; i++)
        {
            _sizes.For($"{i}");
            _sizes.For("first");
        }

        Assert.Equal(64, _sizes.Shapes.Count);
        Assert.Same(first, _sizes.For("first"));
        Assert.NotSame(second, _sizes.For("second"));
    }

    [Fact]
    public void Largest_OfAnything_IsWhatMayRunTogether()
    {
        Assert.Equal(16, _sizes.Largest);
        Measure("a", rows => rows <= 2 ? rows : 9 * rows);
        Assert.Equal(1, _sizes.Largest);
        Measure("b", rows => 1 + (0.5 * rows));
        Assert.Equal(16, _sizes.Largest);
    }

    [Fact]
    public void Largest_MoreToTry_CountsIt()
    {
        Run("a", 1, 1);
        Assert.Equal(2, _sizes.Largest);
    }

    [Fact]
    public void RowCost_OfSeveralShapes_IsThatOfTheMostUsed()
    {
        Assert.Null(_sizes.RowCost);
        Run("dear", 1, 50);
        Run("cheap", 1, 1);
        Assert.Equal(50, _sizes.RowCost);
        _sizes.For("cheap");
        Assert.Equal(1, _sizes.RowCost);
    }

    [Fact]
    public void LimitTo_One_HoldsForKnownAndNewShapes()
    {
        Run("a", 8, 1);
        _sizes.LimitTo(1);
        Assert.Equal((1, 1, 1, 1), (_sizes.MaxRows, _sizes.Largest, _sizes.For("a").Choose(100), _sizes.For("b").Choose(100)));
    }

    [Fact]
    public void TakeOver_OfAnother_ChoosesAsItDoes()
    {
        Measure("a", rows => rows <= 4 ? 1 + rows : 9 * rows);
        var mine = new BatchSizes(16, auto: true);

        mine.TakeOver(_sizes);

        Assert.Equal((_sizes.For("a").Chosen, _sizes.For("a").Next, _sizes.RowCost), (mine.For("a").Chosen, mine.For("a").Next, mine.RowCost));
        Assert.Equal(_sizes.For("a").Times.Select(time => (time.Rows, time.Milliseconds)), mine.For("a").Times.Select(time => (time.Rows, time.Milliseconds)));
    }

    [Fact]
    public void TakeOver_ThenRunsThatTakeLonger_BelievesThese()
    {
        Run("a", 1, 1);
        var mine = new BatchSizes(16, auto: true);
        mine.TakeOver(_sizes);

        for (var run = 0; run < 12; run++)
        {
            mine.For("a").Observe(1, TimeSpan.FromMilliseconds(5));
        }

        Assert.Equal(5, mine.RowCost);
    }

    [Fact]
    public void TakeOver_LargerThanMayRunHere_IsLeftOut()
    {
        Measure("a", rows => 1 + (0.1 * rows));
        var mine = new BatchSizes(4, auto: true);

        mine.TakeOver(_sizes);

        Assert.Equal([1, 2, 4], mine.For("a").Times.Select(time => time.Rows));
    }

    private void Measure(string shape, Func<int, double> milliseconds)
    {
        foreach (var rows in _sizes.For(shape).Sizes)
        {
            Run(shape, rows, milliseconds(rows));
        }
    }

    private void Run(string shape, int rows, double milliseconds)
    {
        var table = _sizes.For(shape);
        for (var i = 0; i < 4; i++)
        {
            table.Observe(rows, TimeSpan.FromMilliseconds(milliseconds));
        }
    }
}
