using QueueInference.Worker.Jobs;
using Xunit;

namespace QueueInference.Tests.Worker.Jobs;

public sealed class MessageHoldTests
{
    [Fact]
    public async Task Settled_MessageWithoutJobs_EndsWithTheIntake()
    {
        var hold = new MessageHold("m1");
        Assert.False(hold.Settled.IsCompleted);

        hold.Settle();

        Assert.False(await hold.Settled);
    }

    [Fact]
    public async Task Settled_JobsEndBeforeTheIntake_WaitsForIt()
    {
        var hold = new MessageHold("m1");
        hold.Add();
        hold.Settle();
        Assert.False(hold.Settled.IsCompleted);

        hold.Settle();

        Assert.False(await hold.Settled);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Settled_OneJobGivenBack_GivesTheMessageBack(int which)
    {
        var hold = new MessageHold("m1");
        hold.Add();
        hold.Add();
        for (var i = 0; i < 3; i++)
        {
            Assert.False(hold.Settled.IsCompleted);
            hold.Settle(giveBack: i == which);
        }

        Assert.True(await hold.Settled);
    }

    [Fact]
    public async Task Settled_GivenBackWhileOthersSettle_IsNotForgotten()
    {
        const int others = 2_000;
        for (var round = 0; round < 800; round++)
        {
            var hold = new MessageHold("m1");
            for (var i = 0; i < others; i++)
            {
                hold.Add();
            }

            using var start = new Barrier(2);
            await Task.WhenAll(OnAThread(() => hold.Settle(giveBack: true)), OnAThread(() =>
            {
                for (var i = 0; i < others; i++)
                {
                    hold.Settle();
                }
            }));

            Assert.True(await hold.Settled, $"Round {round}: the message would be acknowledged.");

            Task OnAThread(Action act) => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    act();
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }
}
