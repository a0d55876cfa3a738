using System.Text.Json;
using QueueInference.Contracts;
using QueueInference.Core.Jobs;
using StackExchange.Redis;
using static QueueInference.Tests.Shared.StoreHarness;

namespace QueueInference.Tests.Shared;

/// <summary>What every Redis that the scripts run on must show.</summary>
public abstract class JobStoreContract(IConnectionMultiplexer redis)
{
    private readonly StoreHarness _store = new(redis);

    [Fact]
    public async Task Reserve_Again_AnswersKnownAndWritesNothing()
    {
        var job = _store.NewJob();
        var first = await _store.Submissions.ReserveAsync([job], Stop);
        var second = await _store.Submissions.ReserveAsync([job], Stop);
        await _store.Submissions.ConfirmAsync([job], Stop);
        var third = await _store.Submissions.ReserveAsync([job], Stop);
        Assert.Equal(new ReserveAnswer(ReserveOutcome.New), first[0]);
        Assert.Equal(new ReserveAnswer(ReserveOutcome.Known, JobState.Queued, false), second[0]);
        Assert.Equal(new ReserveAnswer(ReserveOutcome.Known, JobState.Queued, true), third[0]);
    }

    [Fact]
    public async Task Reserve_OverTheLimits_RefusesTheRest()
    {
        var submissions = _store.With(o => o.MaxQueuedPerModel = 2).Submissions;
        var answers = await submissions.ReserveAsync([_store.NewJob(), _store.NewJob(), _store.NewJob()], Stop);
        Assert.Equal([ReserveOutcome.New, ReserveOutcome.New, ReserveOutcome.QueueFull], answers.Select(a => a.Outcome));
        var none = await _store.With(o => o.MaxOpen = 1).Submissions.ReserveAsync([_store.NewJob()], Stop);
        Assert.Equal(ReserveOutcome.TooMany, none[0].Outcome);
    }

    [Fact]
    public async Task Finish_AfterClaim_ShowsResultOnceAndEmptiesIndexes()
    {
        var job = await _store.QueuedAsync(inputs: [9, 9]);
        var claimant = Claimant();
        Assert.Equal(new ClaimAnswer(ClaimOutcome.Take, 1), await ClaimAsync(_store.Claims, job, claimant));
        Assert.Equal(JobState.Running, (await _store.Reads.GetAsync(job.Id, Stop))!.State);
        byte[] result = [0, 0];
        Assert.Equal(FinishOutcome.Ok, await FinishAsync(_store.Claims, job, claimant.Token, result));
        Assert.Equal(FinishOutcome.Ok, await FinishAsync(_store.Claims, job, claimant.Token, [1, 0]));
        var record = await _store.Reads.GetAsync(job.Id, Stop);
        Assert.Equal(JobState.Succeeded, record!.State);
        Assert.Empty((await _store.Reads.GetResultAsync(job.Id, Stop))!);
        Assert.Null(await _store.Reads.GetInputsAsync(job.Id, Stop));
        Assert.Equal(0, (await _store.Reads.GetQueueAsync(_store.Model, Stop)).Depth);
        var left = await _store.Redis.GuardAsync(r => r.SortedSetScoreAsync("qi:{p00}:open", job.Id.Text), Stop);
        Assert.Null(left);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Record_AtEachStation_SaysWhatIsKnownThen(bool everything)
    {
        var job = await _store.QueuedAsync(spec => everything ? Rich(spec) : spec);
        var queued = await _store.Reads.GetAsync(job.Id, Stop);
        Assert.Equal(new JobRecord(job.Id, JobState.Queued, queued!.Spec, 0, null, null, null, null, null, null, Forgotten: false), queued);
        Assert.Equal(JsonSerializer.Serialize(job.Spec), JsonSerializer.Serialize(queued.Spec));
        var claimant = Claimant();
        await ClaimAsync(_store.Claims, job, claimant);
        var running = (await _store.Reads.GetAsync(job.Id, Stop))!;
        Assert.Equal((JobState.Running, 1, "w1", true, null, null), (running.State, running.Attempt, running.Worker, running.ClaimedAt > 0, running.FinishedAt, running.ExpiresAt));
        var run = new JobRun(7, new string('a', 64), "w1", 12, new JobTimings(1.5, 0, 1234567.25));
        await _store.Claims.FinishAsync(job.Spec.Model, [new JobEnd(new Lease(job.Id, claimant.Token), null, new JobError("code", "A sentence with blanks."), run)], Stop);
        var failed = (await _store.Reads.GetAsync(job.Id, Stop))!;
        Assert.Equal((JobState.Failed, new JobError("code", "A sentence with blanks."), run), (failed.State, failed.Error!, failed.Run!));
        Assert.Equal(job.Spec.ResultTtlSeconds * 1000, failed.ExpiresAt - failed.FinishedAt);
    }

    private static JobSpec Rich(JobSpec spec) => spec with
    {
        Version = 3, Priority = JobPriority.High, Deadline = spec.CreatedAt + 60_000, Outputs = ["y", "z"],
        Webhook = new WebhookTarget("https://example.com/", ["job.failed"]), Metadata = new Dictionary<string, string> { ["a"] = "b c" },
    };

    [Fact]
    public async Task Finish_AfterTakeover_IsFenced()
    {
        var job = await _store.QueuedAsync();
        var (first, second) = (Claimant("m1"), Claimant("m1"));
        await ClaimAsync(_store.Claims, job, first);
        Assert.Equal(new ClaimAnswer(ClaimOutcome.Suspect, 1), await ClaimAsync(_store.Claims, job, second));
        Assert.Equal(FinishOutcome.Fenced, await FinishAsync(_store.Claims, job, first.Token));
        Assert.Equal(FinishOutcome.Ok, await FinishAsync(_store.Claims, job, second.Token));
        Assert.Equal(FinishOutcome.Fenced, await FinishAsync(_store.Claims, job, first.Token));
    }

    [Fact]
    public async Task Claim_OtherMessage_SkipsValidLeaseAndTakesExpiredOne()
    {
        var job = await _store.QueuedAsync();
        await ClaimAsync(_store.Claims, job, Claimant("m1"));
        Assert.Equal(ClaimOutcome.Skip, (await ClaimAsync(_store.Claims, job, Claimant("m2"))).Outcome);
        var expired = await _store.QueuedAsync();
        await ClaimAsync(_store.With(o => o.Lease = TimeSpan.Zero).Claims, expired, Claimant("m1"));
        Assert.Equal(ClaimOutcome.Suspect, (await ClaimAsync(_store.Claims, expired, Claimant("m2"))).Outcome);
    }

    /// <summary>A broker loses patience with a job that runs for long, and delivers its message to another worker while the first is well.</summary>
    [Fact]
    public async Task Claim_SameMessageOfALongRun_WaitsAsLongAsTheLeaseIsRenewed()
    {
        var (job, first) = (await _store.QueuedAsync(), Claimant("m1"));
        await ClaimAsync(_store.Claims, job, first);
        await BeganAsync(job, job.Spec.CreatedAt - 60_000);
        Assert.Equal(new ClaimAnswer(ClaimOutcome.Later), await ClaimAsync(_store.Claims, job, Claimant("m1")));
        Assert.Equal([RenewOutcome.Ok], await _store.Claims.RenewAsync([new Lease(job.Id, first.Token)], Stop));
        Assert.Equal(FinishOutcome.Ok, await FinishAsync(_store.Claims, job, first.Token));
        Assert.Equal(ClaimOutcome.Skip, (await ClaimAsync(_store.Claims, job, Claimant("m1"))).Outcome);
    }

    [Fact]
    public async Task Claim_SameMessageOfALongRun_TakesItFromAWorkerThatHasFallenSilent()
    {
        var job = await _store.QueuedAsync();
        await ClaimAsync(_store.With(o => o.Lease = TimeSpan.FromSeconds(12)).Claims, job, Claimant("m1"));
        await BeganAsync(job, job.Spec.CreatedAt - 60_000);
        Assert.Equal(new ClaimAnswer(ClaimOutcome.Suspect, 1), await ClaimAsync(_store.Claims, job, Claimant("m1")));
    }

    private Task BeganAsync(NewJob job, long at) =>
        _store.Redis.GuardAsync(redis => redis.HashSetAsync($"qi:{{p00}}:job:{job.Id.Text}", "claimed", $"{at} w1"), Stop);

    [Fact]
    public async Task Claim_LostReply_AnswersAlike()
    {
        var job = await _store.QueuedAsync();
        var claimant = Claimant();
        var first = await ClaimAsync(_store.Claims, job, claimant);
        Assert.Equal(first, await ClaimAsync(_store.Claims, job, claimant));
    }

    [Fact]
    public async Task Claim_SuspectThatKillsEachWorker_GivesUpAfterMaxAttempts()
    {
        var job = await _store.QueuedAsync();
        await ClaimAsync(_store.Claims, job, Claimant());
        for (var attempt = 2; attempt <= 3; attempt++)
        {
            var claimant = Claimant();
            Assert.Equal(new ClaimAnswer(ClaimOutcome.Suspect, attempt - 1), await ClaimAsync(_store.Claims, job, claimant));
            Assert.True(await _store.Claims.StartAsync(new Lease(job.Id, claimant.Token), attempt, Stop));
        }

        Assert.Equal(ClaimOutcome.GaveUp, (await ClaimAsync(_store.Claims, job, Claimant())).Outcome);
        var record = await _store.Reads.GetAsync(job.Id, Stop);
        Assert.Equal((JobState.Failed, "worker-crashed", 3), (record!.State, record.Error!.Code, record.Attempt));
    }

    [Fact]
    public async Task Claim_SuspectNeverStarted_IsNotCharged()
    {
        var job = await _store.QueuedAsync();
        for (var crash = 0; crash < 10; crash++)
        {
            var outcome = (await ClaimAsync(_store.Claims, job, Claimant())).Outcome;
            Assert.Equal(crash == 0 ? ClaimOutcome.Take : ClaimOutcome.Suspect, outcome);
        }
    }

    [Fact]
    public async Task Claim_RecordLost_IsRebuiltFromTheMessageWhileYoung()
    {
        var job = _store.NewJob();
        Assert.Equal(new ClaimAnswer(ClaimOutcome.Take, 1), await ClaimAsync(_store.Claims, job, Claimant()));
        var old = _store.NewJob(spec => spec with { CreatedAt = spec.CreatedAt - 90_000_000 });
        Assert.Equal(ClaimOutcome.Skip, (await ClaimAsync(_store.Claims, old, Claimant())).Outcome);
        Assert.Null(await _store.Reads.GetAsync(old.Id, Stop));
    }

    [Fact]
    public async Task Claim_PastDeadline_Expires()
    {
        var job = await _store.QueuedAsync(spec => spec with { Deadline = spec.CreatedAt - 1 });
        Assert.Equal(ClaimOutcome.Expired, (await ClaimAsync(_store.Claims, job, Claimant())).Outcome);
        Assert.Equal(JobState.Expired, (await _store.Reads.GetAsync(job.Id, Stop))!.State);
    }

    [Fact]
    public async Task Release_GivesTheAttemptBack()
    {
        var job = await _store.QueuedAsync();
        var claimant = Claimant();
        await ClaimAsync(_store.Claims, job, claimant);
        Lease[] leases = [new(job.Id, claimant.Token)];
        Assert.Equal(new[] { true }, await _store.Claims.ReleaseAsync(_store.Model, leases, Stop));
        Assert.Equal(new[] { true }, await _store.Claims.ReleaseAsync(_store.Model, leases, Stop));
        Assert.Equal(1, (await _store.Reads.GetQueueAsync(_store.Model, Stop)).Depth);
        Assert.Equal(new ClaimAnswer(ClaimOutcome.Take, 1), await ClaimAsync(_store.Claims, job, Claimant("m2")));
        Assert.Equal(new[] { false }, await _store.Claims.ReleaseAsync(_store.Model, [new(job.Id, "other")], Stop));
    }

    [Fact]
    public async Task Cancel_Running_FencesTheResultAndTellsTheHolder()
    {
        var job = await _store.QueuedAsync();
        var claimant = Claimant();
        await ClaimAsync(_store.Claims, job, claimant);
        Assert.True(await _store.Submissions.CancelAsync(job.Id, _store.Model, Stop));
        Assert.Equal([RenewOutcome.Canceled], await _store.Claims.RenewAsync([new Lease(job.Id, claimant.Token)], Stop));
        Assert.Equal(FinishOutcome.Fenced, await FinishAsync(_store.Claims, job, claimant.Token));
        Assert.False(await _store.Submissions.CancelAsync(job.Id, _store.Model, Stop));
        Assert.Null(await _store.Submissions.CancelAsync(_store.NewJob().Id, _store.Model, Stop));
    }

    [Fact]
    public async Task Renew_AnothersLease_IsLost()
    {
        var job = await _store.QueuedAsync();
        var claimant = Claimant();
        await ClaimAsync(_store.Claims, job, claimant);
        Assert.Equal([RenewOutcome.Ok], await _store.Claims.RenewAsync([new Lease(job.Id, claimant.Token)], Stop));
        Assert.Equal([RenewOutcome.Lost], await _store.Claims.RenewAsync([new Lease(job.Id, "other")], Stop));
    }

    [Fact]
    public async Task Sweep_Unconfirmed_FailsAsEnqueueFailed()
    {
        var (submissions, _, sweeps) = _store.With(o => o.ConfirmWindow = TimeSpan.Zero);
        var job = _store.NewJob();
        await submissions.ReserveAsync([job], Stop);
        Assert.Equal("enqueue-failed", await SweepAsync(sweeps, job));
        Assert.Equal([JobState.Failed], await submissions.ConfirmAsync([job], Stop));
        Assert.Equal(ClaimOutcome.Skip, (await ClaimAsync(_store.Claims, job, Claimant())).Outcome);
    }

    [Fact]
    public async Task Sweep_PastDeadlineOrAge_Expires()
    {
        var late = await _store.QueuedAsync(spec => spec with { Deadline = spec.CreatedAt - 1 });
        Assert.Equal("expired", await SweepAsync(_store.With(_ => { }).Sweeps, late));
        var old = await _store.QueuedAsync(spec => spec with { CreatedAt = spec.CreatedAt - 90_000_000 });
        Assert.Equal("expired", await SweepAsync(_store.With(_ => { }).Sweeps, old));
    }

    [Theory]
    [InlineData(false, "lost-by-broker")]
    [InlineData(true, "republish")]
    public async Task Sweep_DeadLease_FailsOrRepublishes(bool inputsKept, string verdict)
    {
        var (_, claims, sweeps) = _store.With(o => (o.Lease, o.LeaseGrace) = (TimeSpan.Zero, TimeSpan.Zero));
        var job = await _store.QueuedAsync(inputs: inputsKept ? [0, 0] : null);
        await ClaimAsync(claims, job, Claimant());
        Assert.Equal(verdict, await SweepAsync(sweeps, job));
    }

    [Fact]
    public async Task Sweep_HealthyJobs_AreNotEvenSeen()
    {
        var job = await _store.QueuedAsync();
        Assert.Null(await SweepAsync(_store.With(_ => { }).Sweeps, job));
        Assert.Equal(JobState.Queued, (await _store.Reads.GetAsync(job.Id, Stop))!.State);
    }

    [Fact]
    public async Task Outbox_WantedStatesOnly_SurviveUntilCompleted()
    {
        var wanted = await _store.QueuedAsync(spec => spec with { Webhook = new("https://example.com", ["job.failed"]) });
        var unwanted = await _store.QueuedAsync(spec => spec with { Webhook = new("https://example.com", ["job.succeeded"]) });
        var claimant = Claimant();
        foreach (var job in new[] { wanted, unwanted })
        {
            await ClaimAsync(_store.Claims, job, claimant);
            await FinishAsync(_store.Claims, job, claimant.Token, error: new("inference-failed", "no"));
        }

        var taken = await TakeAllAsync(TimeSpan.Zero);
        Assert.Contains(wanted.Id, taken);
        Assert.DoesNotContain(unwanted.Id, taken);
        await _store.Outbox.FixAsync(wanted.Id, [1], "https://example.com", Stop);
        await _store.Outbox.FixAsync(wanted.Id, [2], "https://example.com", Stop);
        await _store.Outbox.RetryAsync(wanted.Id, TimeSpan.Zero, 1, Stop);
        var (body, url, attempts) = (await _store.Outbox.GetAsync(wanted.Id, Stop))!.Value;
        Assert.Equal((1, "https://example.com", 1), (body.Single(), url, attempts));
        await _store.Outbox.CompleteAsync(wanted.Id, Stop);
        Assert.DoesNotContain(wanted.Id, await TakeAllAsync(TimeSpan.Zero));
    }

    [Fact]
    public async Task BindKey_SameKey_AnswersTheFirstJob()
    {
        var key = Guid.NewGuid().ToString();
        var (first, second) = (_store.NewJob().Id, _store.NewJob().Id);
        Assert.Equal((first, "f1"), await _store.Submissions.BindKeyAsync(Tenant, key, first, "f1", Stop));
        Assert.Equal((first, "f1"), await _store.Submissions.BindKeyAsync(Tenant, key, second, "f2", Stop));
    }

    [Fact]
    public async Task Forget_TerminalOnly_LeavesATombstone()
    {
        var job = await _store.QueuedAsync();
        Assert.False(await _store.Submissions.ForgetAsync(job.Id, Tenant, Stop));
        var claimant = Claimant();
        await ClaimAsync(_store.Claims, job, claimant);
        await FinishAsync(_store.Claims, job, claimant.Token);
        Assert.True(await _store.Submissions.ForgetAsync(job.Id, Tenant, Stop));
        var record = await _store.Reads.GetAsync(job.Id, Stop);
        Assert.True(record!.Forgotten);
        Assert.Null(record.Spec);
        Assert.Null(record.Run);
        Assert.Null(await _store.Reads.GetResultAsync(job.Id, Stop));
        Assert.Equal(ClaimOutcome.Skip, (await ClaimAsync(_store.Claims, job, Claimant("late"))).Outcome);
    }

    [Fact]
    public async Task Forget_FailedJob_KeepsTheCodeAlone()
    {
        var job = await _store.QueuedAsync();
        var claimant = Claimant();
        await ClaimAsync(_store.Claims, job, claimant);
        await FinishAsync(_store.Claims, job, claimant.Token, error: new("inference-failed", "It says something of the inputs."));
        Assert.True(await _store.Submissions.ForgetAsync(job.Id, Tenant, Stop));
        Assert.Equal(new JobError("inference-failed", ""), (await _store.Reads.GetAsync(job.Id, Stop))!.Error);
    }

    [Fact]
    public async Task Void_RunningJobs_ComeBackAsSuspectsWithTheirCharge()
    {
        var job = await _store.QueuedAsync();
        await ClaimAsync(_store.Claims, job, Claimant());
        Assert.Equal([job.Id], await _store.With(_ => { }).Sweeps.VoidAsync(_store.Model, [job.Id], Stop));
        Assert.Equal(new ClaimAnswer(ClaimOutcome.Suspect, 1), await ClaimAsync(_store.Claims, job, Claimant("m2")));
    }

    [Fact]
    public async Task Claim_FromManyWorkersAtOnce_OneTakesEachJob()
    {
        var jobs = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _store.QueuedAsync()));
        var taken = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async worker =>
        {
            foreach (var job in jobs)
            {
                if ((await ClaimAsync(_store.Claims, job, Claimant($"copy{worker}"))).Outcome == ClaimOutcome.Take)
                {
                    Interlocked.Increment(ref taken);
                }
            }
        }));
        Assert.Equal(50, taken);
    }

    private async Task<List<JobId>> TakeAllAsync(TimeSpan lease) =>
        [.. await _store.Outbox.TakeDueAsync("p00", 10_000, lease, Stop)];
}
