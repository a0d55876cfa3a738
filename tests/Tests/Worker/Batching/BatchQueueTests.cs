using QueueInference.Contracts;
using QueueInference.Tests.Worker.Jobs;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Jobs;
using Xunit;

namespace QueueInference.Tests.Worker.Batching;

public sealed class BatchQueueTests
{
    private readonly BatchQueue queue = new();

    [Fact]
    public void Take_JobsThatWait_RunTogetherAndStart()
    {
        var jobs = Add(3);

        Assert.Equal(jobs, queue.Take(8));
        Assert.All(jobs, job => Assert.Equal(HeldPhase.Started, job.Phase));
    }

    [Fact]
    public void Take_MoreThanFit_LeavesTheRest()
    {
        var jobs = Add(5);

        Assert.Equal(jobs[..2], queue.Take(2));
        Assert.Equal(jobs[2..4], queue.Take(2));
        Assert.Equal(jobs[4..], queue.Take(2));
    }

    [Fact]
    public void Take_JobsOfOneMillisecond_KeepTheirOrder()
    {
        var jobs = Add(50);

        Assert.Equal(jobs, queue.Take(50));
    }

    [Fact]
    public void Take_ArrivalOfHigherPriority_GoesFirst()
    {
        var normal = Add(2);
        Assert.Equal([normal[0]], queue.Take(1));
        var high = Add(TestJobs.Held(priority: JobPriority.High));

        Assert.Equal([high], queue.Take(1));
        Assert.Equal([normal[1]], queue.Take(1));
    }

    [Fact]
    public void Take_ArrivalAsAnotherIsGivenBack_IsStillPutInOrder()
    {
        var normal = Add(3);
        Assert.Equal([normal[0]], queue.Take(1));
        normal[2].TryMove(HeldPhase.Waiting, HeldPhase.Gone);
        var high = Add(TestJobs.Held(priority: JobPriority.High));

        Assert.Equal([high], queue.Take(1));
        Assert.Equal([normal[1]], queue.Take(1));
    }

    [Fact]
    public void Take_JobGivenBackMeanwhile_IsDropped()
    {
        var jobs = Add(3);
        jobs[1].TryMove(HeldPhase.Waiting, HeldPhase.Gone);

        Assert.Equal([jobs[0], jobs[2]], queue.Take(8));
    }

    [Fact]
    public async Task Take_NothingWaits_BlocksUntilAJobComes()
    {
        var taken = Task.Factory.StartNew(() => queue.Take(8), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Assert.False(taken.IsCompleted);

        var job = Add(TestJobs.Held());

        Assert.Equal([job], await taken);
    }

    [Fact]
    public async Task Take_OnlyJobGivenBack_GoesOnWaiting()
    {
        var gone = Add(TestJobs.Held());
        gone.TryMove(HeldPhase.Waiting, HeldPhase.Gone);
        var taken = Task.Factory.StartNew(() => queue.Take(8), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        queue.Complete();

        Assert.Null(await taken);
    }

    [Fact]
    public void Take_Complete_IsNull()
    {
        queue.Complete();

        Assert.Null(queue.Take(8));
        Assert.Null(queue.Take(8));
    }

    [Fact]
    public async Task Take_ManyProducers_TakesEachJobOnce()
    {
        const int producers = 8, each = 500;
        var all = Task.WhenAll(Enumerable.Range(0, producers).Select(_ => Task.Run(() => Add(each))));

        List<HeldJob> taken = [];
        while (taken.Count < producers * each)
        {
            taken.AddRange(queue.Take(16)!);
        }

        Assert.Equal((await all).SelectMany(jobs => jobs).ToHashSet(), [.. taken]);
        Assert.Equal(producers * each, taken.Count);
    }

    private HeldJob Add(HeldJob job)
    {
        queue.Add(job);
        return job;
    }

    private HeldJob[] Add(int count) => [.. Enumerable.Range(0, count).Select(_ => Add(TestJobs.Held()))];
}
