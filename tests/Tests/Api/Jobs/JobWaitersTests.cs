using QueueInference.Api.Jobs;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Tensors;
using QueueInference.Tests.Core.Jobs;
using QueueInference.Tests.Shared;
using Xunit;
using static QueueInference.Tests.Shared.StoreHarness;

namespace QueueInference.Tests.Api.Jobs;

/// <summary>Waiting for the ends of jobs, over a real store and its pub/sub.</summary>
public sealed class JobWaitersTests(GarnetFixture garnet) : IClassFixture<GarnetFixture>
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60), Short = TimeSpan.FromMilliseconds(50);
    private readonly StoreHarness _store = new(garnet.Redis);
    private readonly JobWaiters _waiters = new(new StoreHarness(garnet.Redis).Reads, new StoreHarness(garnet.Redis).Partitions, garnet.Redis, TimeProvider.System);

    [Fact]
    public async Task Wait_ExpectedBeforeItsEnd_IsAnsweredWithTheOutputs()
    {
        await _waiters.StartAsync(Stop);
        var (job, token) = await RunningAsync();
        var waiting = _waiters.WaitAsync(job.Id, Long, _waiters.Join(job.Id), Stop);
        await EndAsync(job, token);
        var ended = await waiting;
        Assert.Equal((JobState.Succeeded, "y"), (ended!.Record.State, Assert.Single(ended.Outputs!).Name));
        Assert.Equal(0, _waiters.Count);
    }

    [Fact]
    public async Task Wait_SeveralEndTogether_EachIsAnswered()
    {
        await _waiters.StartAsync(Stop);
        var running = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => RunningAsync()));
        var waiting = running.Select(one => _waiters.WaitAsync(one.Job.Id, Long, _waiters.Join(one.Job.Id), Stop)).ToList();
        await _store.Claims.FinishAsync(_store.Model, [.. running.Select(one => End(one.Job, one.Token))], Stop);
        Assert.Equal(running.Select(one => one.Job.Id), (await Task.WhenAll(waiting)).Select(ended => ended!.Record.Id));
    }

    [Fact]
    public async Task Wait_EndedAlready_IsAnsweredAtOnceAndLeavesNoEntry()
    {
        var (job, token) = await RunningAsync();
        await EndAsync(job, token);
        var ended = await _waiters.WaitAsync(job.Id, Long, null, Stop);
        Assert.Equal((JobState.Succeeded, 0), (ended!.Record.State, _waiters.Count));
    }

    [Fact]
    public async Task Wait_Unknown_IsNullAtOnce() =>
        Assert.Null(await _waiters.WaitAsync(_store.NewJob().Id, Long, null, Stop));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_TimeOver_AnswersTheJobAsItIsAndLeavesNoEntry(bool expected)
    {
        var job = await _store.QueuedAsync();
        var ended = await _waiters.WaitAsync(job.Id, Short, expected ? _waiters.Join(job.Id) : null, Stop);
        Assert.Equal((JobState.Queued, 0), (ended!.Record.State, _waiters.Count));
    }

    [Fact]
    public async Task Wait_CallerGone_IsCanceled()
    {
        var job = await _store.QueuedAsync();
        using var gone = new CancellationTokenSource();
        var waiting = _waiters.WaitAsync(job.Id, Long, _waiters.Join(job.Id), gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(0, _waiters.Count);
    }

    [Fact]
    public async Task Wait_OneOfTwoLeaves_TheOtherWaitsOn()
    {
        await _waiters.StartAsync(Stop);
        var (job, token) = await RunningAsync();
        var longer = _waiters.WaitAsync(job.Id, Long, null, Stop);
        Assert.Equal(JobState.Running, (await _waiters.WaitAsync(job.Id, Short, null, Stop))!.Record.State);
        Assert.Equal((false, 1), (longer.IsCompleted, _waiters.Count));
        await EndAsync(job, token);
        Assert.NotNull((await longer)!.Outputs);
        Assert.Equal(0, _waiters.Count);
    }

    [Fact]
    public async Task Wait_JoinedByOneWhoOnlyWakes_IsAnsweredToo()
    {
        await _waiters.StartAsync(Stop);
        var (job, token) = await RunningAsync();
        var watching = _waiters.Join(job.Id, reads: false);
        var waiting = _waiters.WaitAsync(job.Id, Long, null, Stop);
        await EndAsync(job, token);
        Assert.Equal(JobState.Succeeded, (await waiting)!.Record.State);
        _waiters.Leave(watching);
        Assert.Equal(0, _waiters.Count);
    }

    [Fact]
    public async Task Recheck_WakeUpLost_FindsTheEnd()
    {
        // Not started, so nothing is heard.
        var (job, token) = await RunningAsync();
        var waiting = _waiters.WaitAsync(job.Id, Long, _waiters.Join(job.Id), Stop);
        await EndAsync(job, token);
        Assert.False(waiting.IsCompleted);
        await _waiters.RecheckAsync(TimeSpan.Zero, 10, Stop);
        Assert.Equal(JobState.Succeeded, (await waiting)!.Record.State);
    }

    [Fact]
    public async Task Recheck_MoreThanARoundTakes_LooksAtAllInTurn()
    {
        var running = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => RunningAsync()));
        var waiting = running.Select(one => _waiters.WaitAsync(one.Job.Id, Long, _waiters.Join(one.Job.Id), Stop)).ToList();
        await _store.Claims.FinishAsync(_store.Model, [.. running.Select(one => End(one.Job, one.Token))], Stop);
        while (waiting.Any(wait => !wait.IsCompleted))
        {
            await _waiters.RecheckAsync(TimeSpan.Zero, 1, Stop);
        }
    }

    [Fact]
    public async Task Recheck_NotEnded_WaitsOn()
    {
        var job = await _store.QueuedAsync();
        var expected = _waiters.Join(job.Id);
        await _waiters.RecheckAsync(TimeSpan.Zero, 10, Stop);
        Assert.False(expected.Task.IsCompleted);
        _waiters.Leave(expected);
        Assert.Equal(0, _waiters.Count);
    }

    [Fact]
    public async Task Join_WithoutReading_IsWokenOnly()
    {
        await _waiters.StartAsync(Stop);
        var (job, token) = await RunningAsync();
        var expected = _waiters.Join(job.Id, reads: false);
        await EndAsync(job, token);
        Assert.Null(await expected.Task.WaitAsync(TimeSpan.FromSeconds(20), Stop));
    }

    private async Task<(NewJob Job, string Token)> RunningAsync()
    {
        var (job, claimant) = (await _store.QueuedAsync(), Claimant());
        await ClaimAsync(_store.Claims, job, claimant);
        return (job, claimant.Token);
    }

    private Task EndAsync(NewJob job, string token) => _store.Claims.FinishAsync(_store.Model, [End(job, token)], Stop);

    private static JobEnd End(NewJob job, string token) =>
        new(new Lease(job.Id, token), TensorCodec.ToArray([new Tensor("y", TensorDatatype.Fp32, [1], new byte[4])]), null, null);
}
