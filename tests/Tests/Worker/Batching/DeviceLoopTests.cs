using QueueInference.Worker.Batching;
using Xunit;

namespace QueueInference.Tests.Worker.Batching;

public sealed class DeviceLoopTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly DeviceLoop _loop = new("test", slots: 2, TimeProvider.System);

    public void Dispose() => _loop.Dispose();

    [Fact]
    public void RunNext_WorkArrives_RunsIt()
    {
        var lane = Add(1);

        lane.Give(1);

        Assert.True(lane.Started.Wait(Patience, TestContext.Current.CancellationToken));
        lane.Finish();
        Assert.True(_loop.Complete());
        Assert.Equal(1, lane.Runs);
    }

    [Fact]
    public void RunNext_AsManyAsThereAreSlots_RunSideBySide()
    {
        var lane = Add(1);
        lane.Give(3);

        Assert.True(lane.Started.Wait(Patience, TestContext.Current.CancellationToken));
        Assert.True(lane.Started.Wait(Patience, TestContext.Current.CancellationToken));
        Assert.True(_loop.IsBusy(1));
        Assert.Equal(2, lane.Runs);
        lane.Finish();
        Assert.True(lane.Started.Wait(Patience, TestContext.Current.CancellationToken));
        lane.Finish(2);
        Assert.True(_loop.Complete());
    }

    [Fact]
    public void RunNext_LaneThatNeedsAllSlots_IsNotStarvedByASmallOne()
    {
        var (small, large) = (Add(1), Add(2));
        small.Give(1);
        Assert.True(small.Started.Wait(Patience, TestContext.Current.CancellationToken));
        large.Give(1);
        small.Give(100);

        small.Finish(101);

        // At most the other slot was still given to the small one, which had not been charged yet.
        Assert.True(large.Started.Wait(Patience, TestContext.Current.CancellationToken));
        Assert.InRange(small.Runs, 1, 2);
        large.Finish();
        Assert.True(_loop.Complete());
    }

    [Fact]
    public void Complete_NothingToDo_Ends() => Assert.True(_loop.Complete());

    private TestLane Add(int slots)
    {
        var lane = new TestLane(slots, _loop);
        _loop.Add(lane);
        return lane;
    }

    /// <summary>Runs take as long as the test says.</summary>
    private sealed class TestLane(int slots, DeviceLoop loop) : IDeviceLane, IDisposable
    {
        private readonly SemaphoreSlim _finish = new(0);
        private int _work, _runs;

        public SemaphoreSlim Started { get; } = new(0);

        public int Slots => slots;

        public bool HasWork => Volatile.Read(ref _work) > 0;

        public int Runs => Volatile.Read(ref _runs);

        public void Give(int work)
        {
            for (var i = 0; i < work; i++)
            {
                Interlocked.Increment(ref _work);
                loop.Wake();
            }
        }

        public void Finish(int runs = 1) => _finish.Release(runs);

        public void Dispose()
        {
            _finish.Dispose();
            Started.Dispose();
        }

        public void RunNext()
        {
            if (Interlocked.Decrement(ref _work) < 0)
            {
                // Another thread was faster.
                Interlocked.Increment(ref _work);
                return;
            }

            Interlocked.Increment(ref _runs);
            Started.Release();
            _finish.Wait(Patience);
        }
    }
}
