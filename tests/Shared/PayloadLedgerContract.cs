using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Core.Payloads;
using QueueInference.Core.Tensors;
using StackExchange.Redis;
using static QueueInference.Tests.Shared.StoreHarness;

namespace QueueInference.Tests.Shared;

/// <summary>How the scripts move payloads along with the jobs that have them.</summary>
public abstract class PayloadLedgerContract(IConnectionMultiplexer redis)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly Tensor[] Tensors = [new("x", TensorDatatype.Fp32, [2], new byte[8])];
    private readonly StoreHarness _store = new(redis);
    private readonly string _inputs = PayloadLedger.NewName("p00"), _outputs = PayloadLedger.NewName("p00");

    private PayloadLedger Ledger => new(_store.Redis);

    [Fact]
    public async Task Reserve_NotedUpload_MakesItTheJobs()
    {
        await Ledger.NoteAsync(_inputs, Hour, Stop);
        var job = _store.NewJob(inputs: Manifest(_inputs));
        Assert.Equal(ReserveOutcome.New, await ReserveAsync(job));
        Assert.Null(await ScoreAsync(_inputs));
        await Ledger.DiscardAsync(_inputs, Stop);
        Assert.Null(await ScoreAsync(_inputs));
        Assert.Equal(_inputs, AbsentData.PayloadOf((await _store.Reads.GetInputsAsync(job.Id, Stop))!));
        Assert.Equal(ReserveOutcome.Known, await ReserveAsync(job));
    }

    [Fact]
    public async Task Reserve_UploadThatIsDueOrUnknown_Refuses()
    {
        var job = _store.NewJob(inputs: Manifest(_inputs));
        Assert.Equal(ReserveOutcome.PayloadGone, await ReserveAsync(job));
        await Ledger.NoteAsync(_inputs, Hour, Stop);
        await Ledger.DiscardAsync(_inputs, Stop);
        Assert.Equal(ReserveOutcome.PayloadGone, await ReserveAsync(job));
        Assert.Null(await _store.Reads.GetAsync(job.Id, Stop));
        Assert.True(await IsDueAsync(_inputs));
    }

    [Fact]
    public async Task Reserve_WithAnotherUploadForAKnownJob_LeavesThatUploadToItsEnd()
    {
        var job = await ReservedAsync();
        await Ledger.NoteAsync(_outputs, Hour, Stop);
        Assert.Equal(ReserveOutcome.Known, await ReserveAsync(job with { Inputs = Manifest(_outputs) }));
        Assert.NotNull(await ScoreAsync(_outputs));
        Assert.Equal(_inputs, AbsentData.PayloadOf((await _store.Reads.GetInputsAsync(job.Id, Stop))!));
    }

    [Fact]
    public async Task Finish_WithALargeResult_LetsTheInputsGoAndKeepsTheResultForItsTime()
    {
        var job = await ReservedAsync();
        var claimant = Claimant();
        await ClaimAsync(_store.Claims, job, claimant);
        Assert.Null(await ScoreAsync(_inputs));
        await Ledger.NoteAsync(_outputs, Hour, Stop);
        Assert.Equal(FinishOutcome.Ok, await FinishAsync(_store.Claims, job, claimant.Token, Manifest(_outputs)));
        Assert.True(await IsDueAsync(_inputs));
        var expires = (await _store.Reads.GetAsync(job.Id, Stop))!.ExpiresAt;
        Assert.Equal(expires + 60_000, (long?)await ScoreAsync(_outputs));
        Assert.Equal(_outputs, AbsentData.PayloadOf((await _store.Reads.GetResultAsync(job.Id, Stop))!));

        Assert.True(await _store.Submissions.ForgetAsync(job.Id, Tenant, Stop));
        Assert.True(await IsDueAsync(_outputs));
    }

    [Fact]
    public async Task Finish_Fenced_LeavesTheLosersResultToItsEnd()
    {
        var job = await ReservedAsync();
        var (loser, winner) = (Claimant(), Claimant());
        await ClaimAsync(_store.Claims, job, loser);
        await ClaimAsync(_store.Claims, job, winner);
        await Ledger.NoteAsync(_outputs, Hour, Stop);
        Assert.Equal(FinishOutcome.Fenced, await FinishAsync(_store.Claims, job, loser.Token, Manifest(_outputs)));
        Assert.Equal(FinishOutcome.Ok, await FinishAsync(_store.Claims, job, winner.Token));
        Assert.False(await IsDueAsync(_outputs));
        Assert.NotNull(await ScoreAsync(_outputs));
        Assert.Empty((await _store.Reads.GetResultAsync(job.Id, Stop))!);
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("expire at claim")]
    [InlineData("give up")]
    [InlineData("sweep")]
    public async Task AnyEnd_LetsTheInputsGo(string end)
    {
        var job = await ReservedAsync(spec => end == "expire at claim" ? spec with { Deadline = spec.CreatedAt - 1 } : spec with { MaxAttempts = 1 });
        switch (end)
        {
            case "cancel":
                await _store.Submissions.CancelAsync(job.Id, _store.Model, Stop);
                break;
            case "sweep":
                await SweepAsync(_store.With(options => options.MaxQueueAge = TimeSpan.Zero).Sweeps, job);
                await _store.Submissions.CancelAsync(job.Id, _store.Model, Stop);
                break;
            default:
                await ClaimAsync(_store.Claims, job, Claimant());
                await ClaimAsync(_store.Claims, job, Claimant());
                break;
        }

        Assert.True((await _store.Reads.GetAsync(job.Id, Stop))!.State.IsTerminal());
        Assert.True(await IsDueAsync(_inputs));
        Assert.Null(await _store.Reads.GetInputsAsync(job.Id, Stop));
    }

    [Fact]
    public async Task Due_Deleted_IsForgotten()
    {
        await Ledger.NoteAsync(_inputs, TimeSpan.Zero, Stop);
        Assert.True(await IsDueAsync(_inputs));
        await Ledger.DeletedAsync(_inputs, Stop);
        Assert.Null(await ScoreAsync(_inputs));
    }

    private async Task<NewJob> ReservedAsync(Func<JobSpec, JobSpec>? change = null)
    {
        await Ledger.NoteAsync(_inputs, Hour, Stop);
        return await _store.QueuedAsync(change, Manifest(_inputs));
    }

    private async Task<ReserveOutcome> ReserveAsync(NewJob job) => (await _store.Submissions.ReserveAsync([job], Stop))[0].Outcome;

    private async Task<bool> IsDueAsync(string name) => (await Ledger.DueAsync("p00", 100_000, Stop)).Contains(name);

    private Task<double?> ScoreAsync(string name) => _store.Redis.GuardAsync(r => r.SortedSetScoreAsync("qi:{p00}:payloads", name), Stop);

    private static byte[] Manifest(string name) => TensorManifest.Encode(name, Tensors);
}
