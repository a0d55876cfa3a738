using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using QueueInference.Tests.Shared;
using static QueueInference.Tests.Shared.StoreHarness;

namespace QueueInference.Tests.Docs;

/// <summary>A job somewhere in its life, and the token of whoever claimed it.</summary>
internal sealed record LivingJob(NewJob Job, string Token = "none");

/// <summary>Every place in its life that a job can be brought to. The first word of a name is the state.</summary>
internal sealed class LifecycleSituations(StoreHarness store)
{
    private const long TooLong = 90_000_000;

    /// <summary>Leases that are over at once, and no patience with anything.</summary>
    private readonly (JobSubmissions Submissions, JobClaims Claims, JobSweeps Sweeps) _hasty =
        store.With(o => (o.Lease, o.LeaseGrace, o.ConfirmWindow) = (TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero));

    public IReadOnlyDictionary<string, Func<Task<LivingJob>>> All => new Dictionary<string, Func<Task<LivingJob>>>
    {
        ["none"] = () => Task.FromResult(new LivingJob(store.NewJob())),
        ["none, past its deadline"] = () => Task.FromResult(new LivingJob(store.NewJob(Late))),
        ["none, too old"] = () => Task.FromResult(new LivingJob(store.NewJob(Old))),
        ["queued"] = async () => new LivingJob(await store.QueuedAsync()),
        ["queued, unconfirmed"] = () => UnconfirmedAsync(store.Submissions),
        ["queued, unconfirmed for too long"] = () => UnconfirmedAsync(_hasty.Submissions),
        ["queued, past its deadline"] = async () => new LivingJob(await store.QueuedAsync(Late)),
        ["queued, too old"] = async () => new LivingJob(await store.QueuedAsync(Old)),
        ["queued, released"] = ReleasedAsync,
        ["queued, a suspect"] = () => VoidedAsync(maxAttempts: 3),
        ["queued, a suspect without attempts"] = () => VoidedAsync(maxAttempts: 1),
        ["running"] = () => RunningAsync(store.Claims),
        ["running, inputs kept"] = () => RunningAsync(store.Claims, inputs: [0, 0]),
        ["running, without attempts"] = () => RunningAsync(store.Claims, maxAttempts: 1),
        ["running, lease over"] = () => RunningAsync(_hasty.Claims),
        ["running, lease over, inputs kept"] = () => RunningAsync(_hasty.Claims, inputs: [0, 0]),
        ["running, lease over, without attempts"] = () => RunningAsync(_hasty.Claims, maxAttempts: 1),
        ["running, a suspect"] = () => TakenOverAsync(store.Claims),
        ["running, a suspect, lease over"] = () => TakenOverAsync(_hasty.Claims),
        ["succeeded"] = () => FinishedAsync(null),
        ["failed"] = () => FinishedAsync(new JobError("inference-failed", "no")),
        ["canceled"] = CanceledAsync,
        ["expired"] = ExpiredAsync,
        ["succeeded, forgotten"] = ForgottenAsync,
    };

    private static JobSpec Late(JobSpec spec) => spec with { Deadline = spec.CreatedAt - 1 };

    private static JobSpec Old(JobSpec spec) => spec with { CreatedAt = spec.CreatedAt - TooLong };

    private async Task<LivingJob> UnconfirmedAsync(JobSubmissions submissions)
    {
        var job = store.NewJob();
        await submissions.ReserveAsync([job], Stop);
        return new LivingJob(job);
    }

    private async Task<LivingJob> RunningAsync(JobClaims claims, int maxAttempts = 3, byte[]? inputs = null)
    {
        var job = await store.QueuedAsync(spec => spec with { MaxAttempts = maxAttempts }, inputs);
        return await ClaimedAsync(claims, job);
    }

    private static async Task<LivingJob> ClaimedAsync(JobClaims claims, NewJob job)
    {
        var claimant = Claimant("m1");
        await ClaimAsync(claims, job, claimant);
        return new LivingJob(job, claimant.Token);
    }

    private async Task<LivingJob> TakenOverAsync(JobClaims claims) => await ClaimedAsync(claims, (await RunningAsync(claims)).Job);

    private async Task<LivingJob> ReleasedAsync()
    {
        var living = await RunningAsync(store.Claims);
        await store.Claims.ReleaseAsync(store.Model, [new Lease(living.Job.Id, living.Token)], Stop);
        return living;
    }

    private async Task<LivingJob> VoidedAsync(int maxAttempts)
    {
        var living = await RunningAsync(store.Claims, maxAttempts);
        await _hasty.Sweeps.VoidAsync(store.Model, [living.Job.Id], Stop);
        return living;
    }

    private async Task<LivingJob> FinishedAsync(JobError? error)
    {
        var living = await RunningAsync(store.Claims);
        await FinishAsync(store.Claims, living.Job, living.Token, error: error);
        return living;
    }

    private async Task<LivingJob> CanceledAsync()
    {
        var living = await RunningAsync(store.Claims);
        await store.Submissions.CancelAsync(living.Job.Id, store.Model, Stop);
        return living;
    }

    private async Task<LivingJob> ExpiredAsync() => await ClaimedAsync(store.Claims, await store.QueuedAsync(Late));

    private async Task<LivingJob> ForgottenAsync()
    {
        var living = await FinishedAsync(null);
        await store.Submissions.ForgetAsync(living.Job.Id, Tenant, Stop);
        return living;
    }
}
