using QueueInference.Worker.Jobs;
using Xunit;

namespace QueueInference.Tests.Worker.Jobs;

public sealed class HeldJobsTests
{
    private readonly HeldJobs held = new();

    [Fact]
    public void Hold_Redelivery_SharesTheHold()
    {
        var (hold, isNew) = held.Hold("m1");

        Assert.True(isNew);
        Assert.Equal((hold, false), held.Hold("m1"));
        Assert.NotSame(hold, held.Hold("m2").Hold);
    }

    [Fact]
    public void Forget_SettledMessage_MayComeAgain()
    {
        var (first, _) = held.Hold("m1");
        held.Forget(first);

        var (second, isNew) = held.Hold("m1");
        held.Forget(first);

        Assert.True(isNew);
        Assert.Equal((second, false), held.Hold("m1"));
    }

    [Fact]
    public async Task Settle_EveryJob_SettlesTheMessage()
    {
        var (hold, _) = held.Hold("m1");
        HeldJob[] jobs = [TestJobs.Held(hold), TestJobs.Held(hold)];
        Array.ForEach(jobs, held.Add);
        hold.Settle();
        Assert.Equal(jobs.ToHashSet(), [.. held.Jobs]);

        held.Settle(jobs[0]);
        Assert.False(hold.Settled.IsCompleted);
        held.Settle(jobs[1], giveBack: true);

        Assert.True(await hold.Settled);
        Assert.True(held.IsEmpty);
    }

    [Fact]
    public void Settle_SameJobTwice_CountsOnce()
    {
        var (hold, _) = held.Hold("m1");
        HeldJob[] jobs = [TestJobs.Held(hold), TestJobs.Held(hold)];
        Array.ForEach(jobs, held.Add);

        held.Settle(jobs[0]);
        held.Settle(jobs[0], giveBack: true);
        held.Settle(jobs[1]);

        Assert.False(hold.Settled.IsCompleted);
        hold.Settle();
        Assert.True(hold.Settled is { IsCompletedSuccessfully: true, Result: false });
    }

    [Fact]
    public void TryMove_ManyAtOnce_OneWins()
    {
        for (var round = 0; round < 1_000; round++)
        {
            var job = TestJobs.Held();
            var winners = 0;

            Parallel.For(0, 4, i =>
            {
                if (job.TryMove(HeldPhase.Waiting, i % 2 == 0 ? HeldPhase.Started : HeldPhase.Gone))
                {
                    Interlocked.Increment(ref winners);
                }
            });

            Assert.Equal(1, winners);
            Assert.NotEqual(HeldPhase.Waiting, job.Phase);
        }
    }

    [Fact]
    public void Suspect_NewJob_RunsAloneAndIsChargedFirst()
    {
        Assert.Equal((true, true), (TestJobs.Held(suspect: true).Alone, TestJobs.Held(suspect: true).NeedsStart));
        Assert.Equal((false, false), (TestJobs.Held().Alone, TestJobs.Held().NeedsStart));
    }
}
