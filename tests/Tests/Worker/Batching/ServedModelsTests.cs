using System.Collections.Concurrent;
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
using QueueInference.Worker.Jobs;
using QueueInference.Worker.Models;
using Xunit;

namespace QueueInference.Tests.Worker.Batching;

/// <summary>Versions change places while jobs wait, over a real store: each model is a function that runs when the test lets it.</summary>
public sealed class ServedModelsTests : IClassFixture<GarnetFixture>, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly ModelSignature Signature =
        new([new("x", TensorDatatype.Fp32, [-1, 2], [])], [new("x", TensorDatatype.Fp32, [-1, 2], [])]);

    private readonly StoreHarness _store;
    private readonly HeldJobs _held = new();
    private readonly SemaphoreSlim _started = new(0), _go = new(0);
    private readonly ConcurrentQueue<int> _ranOn = new();
    private readonly ServedModels _served;

    public ServedModelsTests(GarnetFixture garnet)
    {
        _store = new StoreHarness(garnet.Redis);
        var retry = new StoreRetry(TimeProvider.System);
        var finisher = new JobFinisher(_store.Claims, _held, new DrainRates(_held, TimeProvider.System), new WorkerIdentity(), retry, Options.Create(new JobOptions()), TimeProvider.System, NullLogger<JobFinisher>.Instance);
        var payloads = new Payloads(new MemoryPayloads(), new PayloadLedger(_store.Redis), Options.Create(new PayloadOptions()), TimeProvider.System);
        var outputs = new JobOutputs(payloads, retry, Options.Create(new JobOptions()));
        _served = new ServedModels(new LaneServices(_store.Claims, outputs, finisher, _held, retry, new WorkerIdentity(), TimeProvider.System, NullLogger<ModelLane>.Instance));
    }

    public void Dispose()
    {
        _go.Release(1000);
        _served.Dispose();
    }

    [Fact]
    public async Task Add_NewVersion_TakesWhatWaitsAndTheOldOneEndsWhatRuns()
    {
        Serve(1);
        var running = await EnqueueAsync();
        await StartedAsync();
        var waiting = await EnqueueAsync();

        Serve(2);
        _served.Remove(_store.Model, 1);
        _go.Release(2);

        await EndedAsync(running, waiting);
        Assert.Equal([1, 2], _ranOn.Order());
    }

    [Fact]
    public async Task Prefer_OlderVersion_TakesWhatWaitsButNotWhatNamesTheOther()
    {
        Serve(1);
        Serve(2);
        var running = await EnqueueAsync();
        await StartedAsync();
        var (waiting, pinned) = (await EnqueueAsync(), await EnqueueAsync(version: 2));

        Assert.Equal([1], _served.Prefer(new Dictionary<string, int> { [_store.Model] = 1 }).Select(version => version.Version));
        Assert.Empty(_served.Prefer(new Dictionary<string, int> { [_store.Model] = 1 }));
        _go.Release(3);

        await EndedAsync(running, waiting, pinned);
        Assert.Equal([1, 2, 2], _ranOn.Order());
        Assert.Equal([2], _served.Prefer(new Dictionary<string, int>()).Select(version => version.Version));
    }

    [Fact]
    public async Task Remove_WithAJobThatNamesTheVersion_RunsItThere()
    {
        var old = Serve(1);
        Serve(2);
        var running = await EnqueueAsync(version: 1);
        await StartedAsync();
        var waiting = await EnqueueAsync(version: 1);

        _served.Remove(_store.Model, 1);
        var late = await HeldAsync(version: 1);
        Assert.False(_served.Serves(late) || _served.TryEnqueue(late, out _));
        Assert.False(old.IsDisposed);
        _go.Release(2);

        await EndedAsync(running, waiting);
        Assert.Equal([1, 1], _ranOn);
    }

    [Fact]
    public async Task Remove_OnceItsJobsHaveEnded_UnloadsIt()
    {
        var old = Serve(1);
        Serve(2);
        var running = await EnqueueAsync(version: 1);
        await StartedAsync();

        _served.Remove(_store.Model, 1);
        Assert.False(old.IsDisposed);
        _go.Release();

        await EndedAsync(running);
        await Wait.UntilAsync(() => old.IsDisposed, Patience, "the old version to be unloaded");
    }

    [Fact]
    public async Task Remove_LatestVersion_GivesItsJobsBackToTheOneBefore()
    {
        Serve(1);
        Serve(2);
        var running = await EnqueueAsync();
        await StartedAsync();
        var waiting = await EnqueueAsync();

        _served.Remove(_store.Model, 2);
        _go.Release(2);

        await EndedAsync(running, waiting);
        Assert.Equal([1, 2], _ranOn.Order());
        Assert.Equal([(1, (bool?)true)], _served.Versions.Select(version => (version.Version, version.Default)));
    }

    [Fact]
    public async Task Add_SameVersionAgain_TakesItsPlace()
    {
        var old = Serve(1);
        var running = await EnqueueAsync();
        await StartedAsync();

        Serve(1);
        _go.Release();

        await EndedAsync(running);
        await Wait.UntilAsync(() => old.IsDisposed, Patience, "the old files to be unloaded");
        Assert.Single(_served.Versions);
    }

    private StubModel Serve(int version)
    {
        var runner = new StubModel(inputs =>
        {
            _ranOn.Enqueue(version);
            _started.Release();
            Assert.True(_go.Wait(Patience));
            return [.. inputs.Select(input => input with { Data = input.Data.ToArray() })];
        }, Signature) { Device = "test", Slots = 2 };
        var model = new LoadedModel(new ModelVersionInfo(_store.Model, version, Signature, 1, 8, 3, ""), runner, new ModelSettings(), new BatchSizes(1));
        model.JudgeBatching(null);
        _served.Add(model);
        return runner;
    }

    private async Task StartedAsync() => Assert.True(await _started.WaitAsync(Patience, StoreHarness.Stop));

    private async Task<HeldJob> EnqueueAsync(int? version = null)
    {
        var job = await HeldAsync(version);
        Assert.True(_served.TryEnqueue(job, out var refusal));
        Assert.Null(refusal);
        return job;
    }

    private async Task<HeldJob> HeldAsync(int? version)
    {
        var job = await _store.QueuedAsync(spec => spec with { Version = version });
        var claimant = StoreHarness.Claimant(job.Id.Text);
        await StoreHarness.ClaimAsync(_store.Claims, job, claimant);
        var message = new JobMessage(job.Id.Text, job.Spec, [TestTensors.Floats("x", [1, 2], 1, 2)]);
        var held = new HeldJob(new MessageHold(claimant.MessageId), message, claimant.Token, 1, false, job.Spec.CreatedAt);
        _held.Add(held);
        held.Message.Settle();
        return held;
    }

    private async Task EndedAsync(params HeldJob[] jobs)
    {
        foreach (var job in jobs)
        {
            Assert.False(await job.Message.Settled.WaitAsync(Patience, StoreHarness.Stop));
            Assert.Equal(JobState.Succeeded, (await _store.Reads.GetAsync(job.Lease.Id, StoreHarness.Stop))!.State);
        }
    }
}
