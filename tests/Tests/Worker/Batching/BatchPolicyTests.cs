using QueueInference.Contracts;
using QueueInference.Tests.Worker.Jobs;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Jobs;
using Xunit;

namespace QueueInference.Tests.Worker.Batching;

public sealed class BatchPolicyTests
{
    [Fact]
    public void Compare_AnyTwo_IsDeadlineThenSubmission()
    {
        HeldJob[] inOrder =
        [
            TestJobs.Held(deadline: 5000, createdAt: 3),
            TestJobs.Held(deadline: 6000, createdAt: 1),
            TestJobs.Held(deadline: 6000, createdAt: 2),
            TestJobs.Held(createdAt: 1),
            TestJobs.Held(createdAt: 2),
        ];
        for (var i = 0; i < inOrder.Length; i++)
        {
            for (var j = 0; j < inOrder.Length; j++)
            {
                Assert.Equal(Math.Sign(i.CompareTo(j)), Math.Sign(BatchPolicy.Compare(inOrder[i], inOrder[j])));
            }
        }
    }

    [Theory]
    [InlineData(JobPriority.Low, 0, 2)]
    [InlineData(JobPriority.Low, 9_999, 2)]
    [InlineData(JobPriority.Low, 10_000, 1)]
    [InlineData(JobPriority.Low, 20_000, 0)]
    [InlineData(JobPriority.Low, 600_000, 0)]
    [InlineData(JobPriority.High, 20_000, 0)]
    public void Level_Waiting_RaisesIt(JobPriority priority, long waited, int level) =>
        Assert.Equal(level, BatchPolicy.Level(TestJobs.Held(priority: priority, createdAt: 1000), 1000 + waited));

    [Fact]
    public void Select_EqualShapes_FillTheBatchInOrder() => AssertSelected([0, 1, 2, 3], 4, Many(6));

    [Fact]
    public void Select_FewerThanFit_TakesThemAll() => AssertSelected([0, 1], 4, Many(2));

    [Fact]
    public void Select_OtherShapes_AreSteppedOver() =>
        AssertSelected([0, 2, 4], 8, TestJobs.Rows(1, "a"), TestJobs.Rows(1, "b"), TestJobs.Rows(1, "a"), TestJobs.Rows(1, "c"), TestJobs.Rows(1, "a"));

    [Fact]
    public void Select_Rows_AreCountedNotJobs() => AssertSelected([0, 1], 8, TestJobs.Rows(5), TestJobs.Rows(3), TestJobs.Rows(1));

    [Fact]
    public void Select_JobThatDoesNotFit_LetsSmallerOnesIn() => AssertSelected([0, 2], 8, TestJobs.Rows(5), TestJobs.Rows(4), TestJobs.Rows(3));

    [Fact]
    public void Select_SuspectHead_RunsAlone() => AssertSelected([0], 4, TestJobs.Rows(1, suspect: true), TestJobs.Rows(1), TestJobs.Rows(1));

    [Fact]
    public void Select_SuspectBehindTheHead_IsSteppedOver() => AssertSelected([0, 2], 4, TestJobs.Rows(1), TestJobs.Rows(1, suspect: true), TestJobs.Rows(1));

    [Fact]
    public void Select_BatchSizeOne_TakesTheHeadOnly() => AssertSelected([0], 1, Many(3));

    [Fact]
    public void Select_EqualShapeFarBehind_IsNotLookedFor()
    {
        HeldJob[] waiting = [TestJobs.Rows(1, "a"), .. Enumerable.Range(0, 20).Select(i => TestJobs.Rows(1, $"b{i}")), TestJobs.Rows(1, "a")];

        Assert.Single(Candidates(waiting, 4));
        Assert.Equal(2, Candidates(waiting, 8).Count);
    }

    [Fact]
    public void Fill_JobLargerThanABatch_IsCut()
    {
        var large = TestJobs.Rows(9);

        Assert.Equal([new BatchPart(large, 0, 4)], BatchPolicy.Fill([large, TestJobs.Rows(1)], 4, mayCut: true));
        large.RowsTaken = 4;
        Assert.Equal([new BatchPart(large, 4, 4)], BatchPolicy.Fill([large], 4, mayCut: true));
    }

    [Fact]
    public void Fill_RestOfALargeJob_SharesItsBatch()
    {
        var (large, small) = (TestJobs.Rows(9), TestJobs.Rows(1));
        large.RowsTaken = 8;

        Assert.Equal([new BatchPart(large, 8, 1), new BatchPart(small, 0, 1)], BatchPolicy.Fill([large, small], 4, mayCut: true));
    }

    [Fact]
    public void Fill_LargeJobBehindASmallOne_FillsTheBatch()
    {
        var (small, large) = (TestJobs.Rows(1), TestJobs.Rows(9));

        Assert.Equal([new BatchPart(small, 0, 1), new BatchPart(large, 0, 3)], BatchPolicy.Fill([small, large], 4, mayCut: true));
    }

    [Fact]
    public void Fill_JobThatFitsIntoABatch_IsNeverCut() =>
        Assert.Equal([3], BatchPolicy.Fill([TestJobs.Rows(3), TestJobs.Rows(4)], 4, mayCut: true).Select(part => part.Rows));

    [Fact]
    public void Fill_LargeJobThatMayNotBeCut_RunsWhole()
    {
        var large = TestJobs.Rows(9);

        Assert.Equal([new BatchPart(large, 0, 9)], BatchPolicy.Fill([large, TestJobs.Rows(1)], 4, mayCut: false));
    }

    private static List<HeldJob> Candidates(HeldJob[] waiting, int maxRows)
    {
        var (candidates, expired) = (new List<HeldJob>(), new List<HeldJob>());
        BatchPolicy.Sort(waiting, maxRows, now: 0, candidates, expired);
        Assert.Empty(expired);
        return candidates;
    }

    private static HeldJob[] Many(int count) => [.. Enumerable.Range(0, count).Select(_ => TestJobs.Rows(1))];

    private static void AssertSelected(int[] expected, int maxRows, params HeldJob[] waiting) =>
        Assert.Equal(expected, BatchPolicy.Fill(Candidates(waiting, maxRows), maxRows, mayCut: false).Select(part => Array.IndexOf(waiting, part.Job)));
}
