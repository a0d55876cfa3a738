using QueueInference.Contracts;
using QueueInference.Tests.Worker.Jobs;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Jobs;
using Xunit;

namespace QueueInference.Tests.Worker.Batching;

public sealed class BatchPolicyTests
{
    [Fact]
    public void Compare_AnyTwo_IsPriorityThenDeadlineThenSubmission()
    {
        HeldJob[] inOrder =
        [
            TestJobs.Held(priority: JobPriority.High, deadline: 9000, createdAt: 3),
            TestJobs.Held(priority: JobPriority.High, createdAt: 3),
            TestJobs.Held(deadline: 5000, createdAt: 3),
            TestJobs.Held(deadline: 6000, createdAt: 1),
            TestJobs.Held(deadline: 6000, createdAt: 2),
            TestJobs.Held(createdAt: 1),
            TestJobs.Held(createdAt: 2),
            TestJobs.Held(priority: JobPriority.Low, deadline: 1, createdAt: 1),
        ];
        for (var i = 0; i < inOrder.Length; i++)
        {
            for (var j = 0; j < inOrder.Length; j++)
            {
                Assert.Equal(Math.Sign(i.CompareTo(j)), Math.Sign(BatchPolicy.Compare(inOrder[i], inOrder[j])));
            }
        }
    }

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
    public void Select_HeadWithMoreRowsThanFit_RunsByItself() => AssertSelected([0], 4, TestJobs.Rows(9), TestJobs.Rows(1));

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

        Assert.Single(BatchPolicy.Select(waiting, 4));
        Assert.Equal(2, BatchPolicy.Select(waiting, 8).Count);
    }

    private static HeldJob[] Many(int count) => [.. Enumerable.Range(0, count).Select(_ => TestJobs.Rows(1))];

    private static void AssertSelected(int[] expected, int maxRows, params HeldJob[] waiting) =>
        Assert.Equal(expected, BatchPolicy.Select(waiting, maxRows).Select(job => Array.IndexOf(waiting, job)));
}
