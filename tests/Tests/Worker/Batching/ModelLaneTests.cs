using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Payloads;
using QueueInference.Tests.Core.Jobs;
using QueueInference.Tests.Core.Payloads;
using QueueInference.Tests.Shared;
using QueueInference.Worker;
using QueueInference.Worker.Batching;
using QueueInference.Worker.Inference;
using QueueInference.Worker.Jobs;
using QueueInference.Worker.Models;
using Xunit;

namespace QueueInference.Tests.Worker.Batching;

/// <summary>The way of jobs through a lane, over a real store: only the model is a function, which runs when the test lets it.</summary>
public sealed class ModelLaneTests : IClassFixture<GarnetFixture>, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly ModelSignature Signature =
        new([new("x", TensorDatatype.Fp32, [-1, 2], [])], [new("x", TensorDatatype.Fp32, [-1, 2], [])]);

    private readonly StoreHarness _store;
    private readonly HeldJobs _held = new();
    private readonly SemaphoreSlim _started = new(0), _go = new(0);
    private readonly List<float[]> _runs = [];
    private readonly DeviceLoop _device = new("test", slots: 1, TimeProvider.System);
    private readonly LoadedModel _loaded;
    private readonly LaneServices _services;
    private readonly ModelLane _lane;
    private Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> _model = inputs => inputs;

    public ModelLaneTests(GarnetFixture garnet)
    {
        _store = new StoreHarness(garnet.Redis);
        var runner = new StubModel(Run, Signature);
        var info = new ModelVersionInfo(_store.Model, 1, Signature, 4, 8, 3, "");
        _loaded = new LoadedModel(info, runner, new ModelSettings(), new BatchSizes(4));
        _loaded.JudgeBatching(null);
        var retry = new StoreRetry(TimeProvider.System);
        var finisher = new JobFinisher(_store.Claims, _held, new DrainRates(_held, TimeProvider.System), new WorkerIdentity(), retry, Options.Create(new JobOptions()), TimeProvider.System, NullLogger<JobFinisher>.Instance);
        var payloads = new Payloads(new MemoryPayloads(), new PayloadLedger(_store.Redis), Options.Create(new PayloadOptions()), TimeProvider.System);
        var outputs = new JobOutputs(payloads, retry, Options.Create(new JobOptions()));
        _services = new LaneServices(_store.Claims, outputs, finisher, _held, retry, new WorkerIdentity(), TimeProvider.System, NullLogger<ModelLane>.Instance);
        _lane = new ModelLane(_loaded, _device, _services);
        _device.Add(_lane);
    }

    public void Dispose()
    {
        _go.Release(1000);
        _device.Dispose();
        _lane.Dispose();
    }

    [Fact]
    public async Task Enqueue_WhileTheDeviceIsBusy_GoTogetherInTheNextBatch()
    {
        var first = await EnqueueAsync(1);
        await StartedAsync();
        HeldJob[] waiting = [await EnqueueAsync(2), await EnqueueAsync(3), await EnqueueAsync(4)];
        _go.Release(2);

        await EndedAsync([first, .. waiting]);
        Assert.Equal([[1, 1], [2, 2, 3, 3, 4, 4]], _runs);
    }

    [Fact]
    public async Task Enqueue_Urgent_IsNotBehindWhatCameBefore()
    {
        var first = await EnqueueAsync(1);
        await StartedAsync();
        HeldJob[] normal = [.. await Task.WhenAll(Enumerable.Range(2, 4).Select(value => EnqueueAsync(value)))];
        var urgent = await EnqueueAsync(9, spec => spec with { Priority = JobPriority.High });
        _go.Release(3);

        await EndedAsync([first, .. normal, urgent]);
        Assert.Contains(9, _runs[1]);
        Assert.Equal(3, _runs.Count);
    }

    [Fact]
    public async Task Enqueue_TakenBackBeforeItRuns_IsNotRun()
    {
        var first = await EnqueueAsync(1);
        await StartedAsync();
        var gone = await EnqueueAsync(2);
        var last = await EnqueueAsync(3);
        Assert.True(gone.TryMove(HeldPhase.Waiting, HeldPhase.Gone));
        _go.Release(2);

        await EndedAsync([first, last]);
        Assert.Equal([[1, 1], [3, 3]], _runs);
    }

    [Fact]
    public async Task Enqueue_DeadlineOverWhenItsTurnComes_EndsAsExpired()
    {
        var first = await EnqueueAsync(1);
        await StartedAsync();
        var late = await EnqueueAsync(2, spec => spec with { Deadline = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() + 200 });
        await Wait.UntilAsync(() => late.IsExpired(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()), Patience, "the deadline");
        _go.Release(2);

        await EndedAsync([first]);
        await EndedAsync([late], JobState.Expired);
        Assert.Equal([[1, 1]], _runs);
    }

    [Fact]
    public async Task Enqueue_MoreRowsThanABatch_RunsInParts_AndAnswersWhole()
    {
        var job = await EnqueueAsync(5, rows: 6);
        _go.Release(2);

        await EndedAsync([job]);
        Assert.Equal([8, 4], _runs.Select(run => run.Length));
        var outputs = await _store.Reads.GetResultAsync(job.Lease.Id, StoreHarness.Stop);
        Assert.Equal(Enumerable.Repeat(5f, 12), outputs![0].ToFloats());
    }

    [Fact]
    public async Task Enqueue_TheModelThrows_EndsAsFailed_AndTheNextBatchRuns()
    {
        _model = _ => throw new InvalidOperationException("no");
        var broken = await EnqueueAsync(1);
        _go.Release(1);
        await EndedAsync([broken], JobState.Failed);

        _model = inputs => inputs;
        var next = await EnqueueAsync(2);
        _go.Release(1);
        await EndedAsync([next]);
    }

    [Fact]
    public async Task Enqueue_ASuspect_RunsAlone_ChargedBefore()
    {
        var first = await EnqueueAsync(1);
        await StartedAsync();
        HeldJob[] others = [await EnqueueAsync(2), await EnqueueAsync(3, suspect: true), await EnqueueAsync(4)];
        _go.Release(4);

        await EndedAsync([first, .. others]);
        Assert.Contains(_runs, run => run is [3, 3]);
        Assert.Equal(2, (await _store.Reads.GetAsync(others[1].Lease.Id, StoreHarness.Stop))!.Attempt);
    }

    [Fact]
    public async Task Enqueue_SuspectsWhereTwoCouldRun_RunOneAfterTheOther()
    {
        // The end of a process is charged to each suspect that runs in it: next to the culprit, an innocent one would fail with it in the end.
        using var met = new ManualResetEventSlim();
        var running = 0;
        _model = inputs =>
        {
            if (Interlocked.Increment(ref running) > 1)
            {
                met.Set();
            }

            met.Wait(TimeSpan.FromMilliseconds(500));
            Interlocked.Decrement(ref running);
            return inputs;
        };
        using var device = new DeviceLoop("wide", slots: 2, TimeProvider.System);
        using var lane = new ModelLane(_loaded, device, _services);
        device.Add(lane);
        _go.Release(2);
        HeldJob[] suspects = [await HeldAsync(1, rows: 1, suspect: true), await HeldAsync(2, rows: 1, suspect: true)];

        Assert.All(suspects, job => Assert.Null(Refusal(lane, job)));

        await EndedAsync(suspects);
        Assert.False(met.IsSet);
    }

    [Fact]
    public async Task Enqueue_InputsThatDoNotFit_AreRefused()
    {
        var job = await HeldAsync(1, rows: 1);
        job.Inputs = [TestTensors.Floats("y", [1, 2], 1, 1)];

        Assert.Equal(JobErrorCodes.InvalidInput, Refusal(_lane, job)?.Code);
        Assert.False(_lane.HasWork);
    }

    [Fact]
    public async Task Run_JobsAnswered_AreSamplesForAVersionThatComes()
    {
        _go.Release(1);
        await EndedAsync([await EnqueueAsync(7)]);

        Assert.Equal([7f, 7f], Assert.Single(Assert.Single(_loaded.Samples.Jobs)).ToFloats());
    }

    [Theory]
    [InlineData(true, 7)]
    [InlineData(false, -1)]
    public async Task Run_JobThatFailedOrMayEndAProcess_IsNoSample(bool suspect, float value)
    {
        _model = inputs => inputs[0].ToFloats()[0] < 0 ? throw new InferenceException(InferenceFailure.Failed, "no") : inputs;
        _go.Release(1);
        await EndedAsync([await EnqueueAsync(value, suspect: suspect)], suspect ? JobState.Succeeded : JobState.Failed);

        Assert.Empty(_loaded.Samples.Jobs);
    }

    private IReadOnlyList<Tensor> Run(IReadOnlyList<Tensor> inputs)
    {
        _runs.Add(inputs[0].ToFloats());
        _started.Release();
        Assert.True(_go.Wait(Patience));
        return [.. _model(inputs).Select(output => output with { Data = output.Data.ToArray() })];
    }

    private async Task StartedAsync() => Assert.True(await _started.WaitAsync(Patience, StoreHarness.Stop));

    private async Task<HeldJob> EnqueueAsync(float value, Func<JobSpec, JobSpec>? change = null, int rows = 1, bool suspect = false)
    {
        var job = await HeldAsync(value, rows, change, suspect);
        Assert.Null(Refusal(_lane, job));
        return job;
    }

    private async Task<HeldJob> HeldAsync(float value, int rows, Func<JobSpec, JobSpec>? change = null, bool suspect = false)
    {
        var job = await _store.QueuedAsync(change);
        var claimant = StoreHarness.Claimant(job.Id.Text);
        await StoreHarness.ClaimAsync(_store.Claims, job, claimant);
        var message = new JobMessage(job.Id.Text, job.Spec, [TestTensors.Floats("x", [rows, 2], [.. Enumerable.Repeat(value, 2 * rows)])]);
        var held = new HeldJob(new MessageHold(claimant.MessageId), message, claimant.Token, 1, suspect, job.Spec.CreatedAt);
        _held.Add(held);
        held.Message.Settle();
        return held;
    }

    private async Task EndedAsync(HeldJob[] jobs, JobState state = JobState.Succeeded)
    {
        foreach (var job in jobs)
        {
            Assert.False(await job.Message.Settled.WaitAsync(Patience, StoreHarness.Stop));
            Assert.Equal(state, (await _store.Reads.GetAsync(job.Lease.Id, StoreHarness.Stop))!.State);
        }
    }

    private static JobError? Refusal(ModelLane lane, HeldJob job)
    {
        Assert.True(lane.TryEnqueue(job, out var refusal));
        return refusal;
    }
}
