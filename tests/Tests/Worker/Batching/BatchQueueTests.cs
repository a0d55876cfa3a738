using QueueInference.Contracts;
using QueueInference.Tests.Worker.Jobs;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Jobs;
using Xunit;

namespace QueueInference.Tests.Worker.Batching;

public sealed class BatchQueueTests
{
    private readonly BatchQueue _queue = new();

    [Fact]
    public void InOrder_JobsOfOneMillisecond_KeepTheirOrder()
    {
        var jobs = Add(50);

        Assert.Equal(jobs, _queue.InOrder(1000));
    }

    [Fact]
    public void InOrder_AnyArrival_IsPriorityThenDeadlineThenSubmission()
    {
        var low = Add(TestJobs.Held(priority: JobPriority.Low, deadline: 2000));
        var late = Add(TestJobs.Held(createdAt: 1002));
        var early = Add(TestJobs.Held(createdAt: 1001));
        var due = Add(TestJobs.Held(createdAt: 1003, deadline: 5000));
        var high = Add(TestJobs.Held(priority: JobPriority.High, createdAt: 1004));

        Assert.Equal([high, due, early, late, low], _queue.InOrder(1004));
    }

    [Fact]
    public void InOrder_LongWait_IsWorthAPriority()
    {
        var low = Add(TestJobs.Held(priority: JobPriority.Low, createdAt: 1000));
        var normal = Add(TestJobs.Held(createdAt: 1001));
        var fresh = Add(TestJobs.Held(createdAt: 10_999));

        Assert.Equal([normal, fresh, low], _queue.InOrder(10_999));
        // The low one has become normal, and is older than the one that came last.
        Assert.Equal([low, fresh], _queue.InOrder(11_000).Where(job => job != normal));
    }

    [Fact]
    public void RemoveTaken_GoneOrWhollyTaken_LeaveTheQueue()
    {
        var jobs = Add(3);
        jobs[0].TryMove(HeldPhase.Waiting, HeldPhase.Gone);
        jobs[1].RowsTaken = 1;

        _queue.RemoveTaken();

        Assert.Equal([jobs[2]], _queue.InOrder(1000));
        Assert.False(_queue.IsEmpty);
    }

    [Fact]
    public void RemoveTaken_JobTakenInPart_Stays()
    {
        var job = Add(TestJobs.Rows(9));
        job.TryMove(HeldPhase.Waiting, HeldPhase.Started);
        job.RowsTaken = 4;

        _queue.RemoveTaken();

        Assert.Equal([job], _queue.InOrder(1000));
    }

    private HeldJob Add(HeldJob job)
    {
        _queue.Add(job);
        return job;
    }

    private HeldJob[] Add(int count) => [.. Enumerable.Range(0, count).Select(_ => Add(TestJobs.Held()))];
}
