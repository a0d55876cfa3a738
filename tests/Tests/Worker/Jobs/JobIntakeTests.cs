using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Messaging;
using QueueInference.Core.Models;
using QueueInference.Core.Payloads;
using QueueInference.Tests.Core.Jobs;
using QueueInference.Tests.Core.Payloads;
using QueueInference.Tests.Shared;
using QueueInference.Worker;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Jobs;
using Xunit;

namespace QueueInference.Tests.Worker.Jobs;

/// <summary>What becomes of a message that cannot be taken now, over a real store and by a clock that the test moves.</summary>
public sealed class JobIntakeTests : IClassFixture<GarnetFixture>, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly Clock _time = new();
    private readonly StoreHarness _store;
    private readonly HeldJobs _held = new();
    private readonly ServedModels _models;
    private readonly GoneVersions _gone;
    private readonly JobIntake _intake;

    public JobIntakeTests(GarnetFixture garnet)
    {
        _store = new StoreHarness(garnet.Redis);
        var (retry, worker, options) = (new StoreRetry(TimeProvider.System), new WorkerIdentity(), Options.Create(new JobOptions()));
        var payloads = new Payloads(new MemoryPayloads(), new PayloadLedger(_store.Redis), Options.Create(new PayloadOptions()), TimeProvider.System);
        var finisher = new JobFinisher(_store.Claims, _held, new DrainRates(_held, TimeProvider.System), worker, retry, options, TimeProvider.System, NullLogger<JobFinisher>.Instance);
        _models = new ServedModels(new LaneServices(
            _store.Claims, new JobOutputs(payloads, retry, options), finisher, _held, retry, worker, TimeProvider.System, NullLogger<ModelLane>.Instance));
        var inputs = new JobInputs(_store.Reads, payloads, retry, Options.Create(new PayloadOptions()));
        // No message of these tests is parked.
        _gone = new GoneVersions(_store.Redis, options, TimeProvider.System);
        var releaser = new JobReleaser(_store.Claims, _held, retry, NullLogger<JobReleaser>.Instance);
        _intake = new JobIntake(_store.Claims, inputs, bus: null!, _held, finisher, releaser, _models, _gone, worker, retry, _time, NullLogger<JobIntake>.Instance);
    }

    public void Dispose() => _models.Dispose();

    [Fact]
    public async Task Handle_JobThatAnotherWorkerStillRuns_KeepsItsMessageUntilThatOneHasEnded()
    {
        var (job, first) = (await _store.QueuedAsync(), StoreHarness.Claimant("m1"));
        await StoreHarness.ClaimAsync(_store.Claims, job, first);
        await BeganAMinuteAgoAsync(job);

        var handled = _intake.HandleAsync(Message(job, "m1", []));
        for (var looks = 0; looks < 3; looks++)
        {
            await PausesAsync(handled);
            _time.Advance(TimeSpan.FromSeconds(2));
        }

        await PausesAsync(handled);
        await StoreHarness.FinishAsync(_store.Claims, job, first.Token);
        _time.Advance(TimeSpan.FromSeconds(2));
        await handled.WaitAsync(Patience, StoreHarness.Stop);
        Assert.True(_held.IsEmpty);
    }

    /// <summary>Else one whose kept inputs cannot be read would go round as fast as the broker can turn it.</summary>
    [Fact]
    public async Task Handle_InputsThatCannotBeRead_GiveTheMessageBackAfterAPause()
    {
        var job = await _store.QueuedAsync();
        await _store.Redis.GuardAsync(redis => redis.StringSetAsync($"qi:{{p00}}:in:{job.Id.Text}", "no tensors"), StoreHarness.Stop);

        var handled = _intake.HandleAsync(Message(job, "m2", null));
        await PausesAsync(handled);
        _time.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<GiveBackException>(() => handled.WaitAsync(Patience, StoreHarness.Stop));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(7)]
    public async Task Handle_JobOfAVersionThatOnlyOthersServe_GoesBackUntouched(int? version)
    {
        var job = await _store.QueuedAsync(spec => spec with { Version = version });

        var handled = _intake.HandleAsync(Message(job, "m3", []));
        await PausesAsync(handled);
        _time.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<GiveBackException>(() => handled.WaitAsync(Patience, StoreHarness.Stop));
        Assert.Equal(JobState.Queued, (await _store.Reads.GetAsync(job.Id, StoreHarness.Stop))!.State);
    }

    [Fact]
    public async Task Handle_JobOfAVersionThatNobodyServes_Fails()
    {
        var job = await _store.QueuedAsync(spec => spec with { Version = 7 });
        await _gone.AddAsync($"{job.Spec.Model}/7", StoreHarness.Stop);

        await _intake.HandleAsync(Message(job, "m4", [])).WaitAsync(Patience, StoreHarness.Stop);

        Assert.Equal(JobErrorCodes.VersionGone, (await _store.Reads.GetAsync(job.Id, StoreHarness.Stop))!.Error?.Code);
    }

    private static Delivery Message(NewJob job, string id, IReadOnlyList<Tensor>? inputs) =>
        new("queue", id, JobGroupCodec.Encode([new JobMessage(job.Id.Text, job.Spec, inputs)]));

    private Task BeganAMinuteAgoAsync(NewJob job) => _store.Redis.GuardAsync(
        redis => redis.HashSetAsync($"qi:{{p00}}:job:{job.Id.Text}", "claimed", $"{job.Spec.CreatedAt - 60_000} w1"), StoreHarness.Stop);

    /// <summary>It waits by the clock, and has not ended.</summary>
    private async Task PausesAsync(Task handled)
    {
        var waits = _time.Waits.WaitAsync(Patience, StoreHarness.Stop);
        Assert.Same(waits, await Task.WhenAny(waits, handled));
        Assert.True(await waits);
        Assert.False(handled.IsCompleted);
    }

    /// <summary>Tells when somebody begins to wait.</summary>
    private sealed class Clock : FakeTimeProvider
    {
        public SemaphoreSlim Waits { get; } = new(0);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Waits.Release();
            return timer;
        }
    }
}
