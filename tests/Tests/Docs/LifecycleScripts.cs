using QueueInference.Contracts;
using QueueInference.Core.DeadLetters;
using QueueInference.Core.Jobs;
using QueueInference.Core.Messaging;
using QueueInference.Core.Payloads;
using QueueInference.Core.Rollouts;
using QueueInference.Tests.Shared;
using static QueueInference.Tests.Shared.StoreHarness;

namespace QueueInference.Tests.Docs;

/// <summary>Every script, in each way that it is called.</summary>
internal sealed class LifecycleScripts(StoreHarness store)
{
    private readonly JobSweeps _sweeps = store.With(_ => { }).Sweeps;

    public IReadOnlyList<(string Script, Func<LivingJob, Task> Run)> All =>
    [
        ("reserve", living => store.Submissions.ReserveAsync([living.Job], Stop)),
        ("confirm", living => store.Submissions.ConfirmAsync([living.Job], Stop)),
        ("cancel", living => store.Submissions.CancelAsync(living.Job.Id, store.Model, Stop)),
        ("forget", living => store.Submissions.ForgetAsync(living.Job.Id, Tenant, Stop)),
        ("idempotency", living => store.Submissions.BindKeyAsync(Tenant, living.Job.Id.Text, living.Job.Id, "f", Stop)),
        ("claim", living => ClaimAsync(store.Claims, living.Job, Claimant("m1"))),
        ("claim", living => ClaimAsync(store.Claims, living.Job, Claimant("m2"))),
        ("claim", living => ClaimAsync(store.Claims, living.Job, Claimant("m1", living.Token))),
        ("start", living => store.Claims.StartAsync(LeaseOf(living), 2, Stop)),
        ("start", living => store.Claims.StartAsync(Foreign(living), 2, Stop)),
        ("renew", living => store.Claims.RenewAsync([LeaseOf(living)], Stop)),
        ("renew", living => store.Claims.RenewAsync([Foreign(living)], Stop)),
        ("release", living => store.Claims.ReleaseAsync(store.Model, [LeaseOf(living)], Stop)),
        ("release", living => store.Claims.ReleaseAsync(store.Model, [Foreign(living)], Stop)),
        ("finish", living => FinishAsync(store.Claims, living.Job, living.Token)),
        ("finish", living => FinishAsync(store.Claims, living.Job, living.Token, error: new JobError("inference-failed", "no"))),
        ("finish", living => store.Claims.FinishAsync(store.Model, [new JobEnd(LeaseOf(living), null, null, null) { Expired = true }], Stop)),
        ("finish", living => FinishAsync(store.Claims, living.Job, "other")),
        ("sweep", living => SweepOneAsync(living.Job.Id)),
        ("void", living => _sweeps.VoidAsync(store.Model, [living.Job.Id], Stop)),
        ("payload-note", living => new PayloadLedger(store.Redis).NoteAsync(PayloadLedger.NewName("p00"), TimeSpan.Zero, Stop)),
        ("payload-due", _ => new PayloadLedger(store.Redis).DueAsync("p00", 1, Stop)),
        ("dead-room", _ => Letters.RoomAsync(1, 0, Stop)),
        ("dead-keep", living => Letters.KeepAsync(Letter(living), new byte[] { 1 }, Stop)),
        ("dead-drop", living => Letters.RemoveAsync([Letter(living).Id], Stop)),
        ("rollout-change", living => new RolloutStore(store.Redis).ChangeAsync(
            living.Job.Spec.Model, null, new(RolloutStage.Serving, 1), new(0, "adopted", 1, null, 100, "It is the first.", null), Stop)),
        ("outbox-take", living => store.Outbox.TakeDueAsync("p00", 1, TimeSpan.Zero, Stop)),
        ("outbox-settle", living => store.Outbox.RetryAsync(living.Job.Id, TimeSpan.Zero, 1, Stop)),
    ];

    private DeadLetterStore Letters => new(store.Redis);

    private static DeadLetter Letter(LivingJob living) => DeadLetter.Of(QueueNames.Dead, living.Job.Id.Text, new Death(null, null, 0, null), new byte[] { 1 });

    private static Lease LeaseOf(LivingJob living) => new(living.Job.Id, living.Token);

    private static Lease Foreign(LivingJob living) => new(living.Job.Id, "other");

    /// <summary>This job alone, whatever else is due, without patience.</summary>
    private Task SweepOneAsync(JobId id)
    {
        var options = new JobOptions();
        return store.Redis.RunManyAsync("sweep",
            [JobKeys.Open("p00"), JobKeys.Queued("p00", store.Model), JobKeys.Outbox("p00"), JobKeys.Payloads("p00"), JobKeys.Unconfirmed("p00"),
                JobKeys.Job(id), JobKeys.Inputs(id)],
            [options.Tombstone.TotalMilliseconds, JobKeys.Wake("p00"), options.MaxQueueAge.TotalMilliseconds, 0, id.Text], Stop);
    }
}
