using Microsoft.Extensions.Options;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Payloads;
using QueueInference.Core.Store;
using QueueInference.Core.Tensors;
using QueueInference.Tests.Core.Jobs;
using QueueInference.Tests.Core.Payloads;
using QueueInference.Tests.Shared;
using QueueInference.Worker.Jobs;

namespace QueueInference.Tests.Worker.Jobs;

/// <summary>What a worker does with inputs and outputs that lie in the payload store.</summary>
public sealed class LargeJobTests : IClassFixture<GarnetFixture>
{
    private const int Large = 4096;
    private static readonly Tensor[] Tensors =
        [new("a", TensorDatatype.UInt8, [Large], Enumerable.Repeat((byte)1, Large).ToArray()), new("b", TensorDatatype.UInt8, [2], new byte[] { 2, 3 })];

    private readonly MemoryPayloads _memory = new();
    private readonly StoreHarness _store;
    private readonly Payloads _payloads;
    private readonly JobInputs _inputs;
    private readonly JobOutputs _outputs;

    public LargeJobTests(GarnetFixture garnet)
    {
        var options = Options.Create(new PayloadOptions { InlineMaxBytes = 1024, WorkerMemoryBytes = Large + 2 });
        var retry = new StoreRetry(TimeProvider.System);
        _store = new StoreHarness(garnet.Redis);
        _payloads = new Payloads(_memory, new PayloadLedger(_store.Redis), options, TimeProvider.System);
        _inputs = new JobInputs(_store.Reads, _payloads, retry, options);
        _outputs = new JobOutputs(_payloads, retry, Options.Create(new JobOptions { Lease = TimeSpan.FromSeconds(1) }));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Load_APayload_BringsTheData()
    {
        var job = await QueuedAsync();
        Assert.Null(await _inputs.LoadAsync(job));
        Assert.Equal(Tensors.Select(tensor => tensor.Data.ToArray()), job.Inputs.Select(tensor => tensor.Data.ToArray()));
    }

    [Fact]
    public async Task Load_StoreAwayForAMoment_TriesAgain()
    {
        var job = await QueuedAsync();
        _memory.Faults.Enqueue(MemoryPayloads.Away);
        Assert.Null(await _inputs.LoadAsync(job));
        Assert.Equal(Large, job.Inputs[0].Data.Length);
    }

    [Fact]
    public async Task Load_PayloadGoneOrCutShort_IsLost()
    {
        var (gone, cut) = (await QueuedAsync(), await QueuedAsync());
        var names = _memory.Payloads.Keys.ToArray();
        _memory.Payloads.Remove(names[0]);
        _memory.Payloads[names[1]] = _memory.Payloads[names[1]][..^1];
        Assert.Equal(JobErrorCodes.PayloadLost, (await _inputs.LoadAsync(gone))!.Code);
        gone.FreeMemory();
        Assert.Equal(JobErrorCodes.PayloadLost, (await _inputs.LoadAsync(cut))!.Code);
    }

    [Fact]
    public async Task Load_MoreThanTheMemory_WaitsUntilAJobHasLeft()
    {
        var (first, second) = (await QueuedAsync(), await QueuedAsync());
        await _inputs.LoadAsync(first);
        var calls = _memory.Calls;
        var loading = _inputs.LoadAsync(second).AsTask();
        await Task.Yield();
        Assert.False(loading.IsCompleted);
        first.FreeMemory();
        Assert.Null(await loading);
        Assert.Equal(calls + 1, _memory.Calls);
        Assert.Equal(Large, second.Inputs[0].Data.Length);
    }

    [Fact]
    public async Task Load_JobGoneWhileItWaited_LoadsNothingAndKeepsNoMemory()
    {
        var (first, second, third) = (await QueuedAsync(), await QueuedAsync(), await QueuedAsync());
        await _inputs.LoadAsync(first);
        var calls = _memory.Calls;
        var loading = _inputs.LoadAsync(second).AsTask();
        Assert.True(second.TryMove(HeldPhase.Waiting, HeldPhase.Gone));
        first.FreeMemory();
        await loading;
        Assert.Equal(calls, _memory.Calls);
        Assert.Null(await _inputs.LoadAsync(third));
    }

    [Fact]
    public async Task Encode_LargeOutputs_GoToThePayloadStore()
    {
        var entry = (ReadOnlyMemory<byte>)await _outputs.EncodeAsync(_store.NewJob().Id, Tensors);
        Assert.Equal(_memory.Payloads.Single().Key, TensorManifest.PayloadOf(entry));
        var loaded = await _payloads.LoadAsync(TensorCodec.Read(ref entry), Stop);
        Assert.Equal(Tensors.Select(tensor => tensor.Data.ToArray()), loaded!.Select(tensor => tensor.Data.ToArray()));
    }

    [Fact]
    public async Task Encode_SmallOutputs_StayWhereTheyAre()
    {
        Assert.Equal(TensorCodec.ToArray(Tensors[1..]), await _outputs.EncodeAsync(_store.NewJob().Id, Tensors[1..]));
        Assert.Equal(0, _memory.Calls);
    }

    [Fact]
    public async Task Encode_StoreFullForAMoment_TriesAgainAndLetsTheFirstTryGo()
    {
        _memory.Faults.Enqueue(new StoreFullException(new IOException("full")));
        var entry = await _outputs.EncodeAsync(_store.NewJob().Id, Tensors);
        Assert.True(_memory.Payloads.ContainsKey(TensorManifest.PayloadOf(entry)));
        Assert.Equal(2, _memory.Calls);
    }

    [Fact]
    public async Task Encode_StoreStaysAway_GivesUp()
    {
        for (var i = 0; i < 100; i++)
        {
            _memory.Faults.Enqueue(MemoryPayloads.Away);
        }

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await _outputs.EncodeAsync(_store.NewJob().Id, Tensors));
    }

    [Fact]
    public async Task Write_PiecesThrow_IsDueAtOnce()
    {
        await Assert.ThrowsAsync<IOException>(() => _payloads.WriteAsync("p00", Broken(), Stop));
        var ledger = new PayloadLedger(_store.Redis);
        var due = await ledger.DueAsync("p00", 1000, Stop);
        Assert.NotEmpty(due);
        await Task.WhenAll(due.Select(name => ledger.DeletedAsync(name, Stop)));

        static async IAsyncEnumerable<ReadOnlyMemory<byte>> Broken()
        {
            yield return new byte[10];
            await Task.Yield();
            throw new IOException("the client has gone");
        }
    }

    private async Task<HeldJob> QueuedAsync()
    {
        var name = await _payloads.WriteAsync("p00", Tensors, Stop);
        var job = await _store.QueuedAsync(inputs: TensorManifest.Encode(name, Tensors));
        return new HeldJob(new MessageHold("m"), new JobMessage(job.Id.Text, job.Spec, null), "token", 1, suspect: false, claimedAt: 0);
    }
}
