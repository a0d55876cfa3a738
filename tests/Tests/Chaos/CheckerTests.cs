using QueueInference.Chaos.Checking;
using QueueInference.Chaos.History;

namespace QueueInference.Tests.Chaos;

/// <summary>Every promise that the checker holds, broken on purpose: a check that cannot fail shows nothing.</summary>
public sealed class CheckerTests
{
    private const string Id = "p0001a";

    private readonly RunHistory _run = new();
    private readonly JobHistory _job = new("k1", 42);
    private readonly List<StoredJob> _stored = [new(Id, "k1", "succeeded", 1)];
    private readonly Dictionary<string, long> _left = new() { ["open"] = 0, ["parked"] = 0 };

    public CheckerTests()
    {
        _run.Jobs.Enqueue(_job);
        _run.Faults.Enqueue(new FaultRecord("kill worker 1", 1, 2, "process 7 is gone") { Held = 1 });
        _job.Attempts.Enqueue(new Attempt(0, 0.1, 202, JobId: Id));
    }

    [Fact]
    public void Check_JobThatEndedRightAfterAFault_IsOk()
    {
        See(Succeeded(42));

        var verdict = Check();

        Assert.Empty(verdict.Violations);
        Assert.Equal(new Counts(1, 1, 1, 0, 0, 0, 0, 0), verdict.Counts);
        Assert.Equal(3, verdict.RecoverySeconds);
    }

    [Fact]
    public void Check_AcceptedJobNeverSeenToEnd_IsLost()
    {
        See(new Sighting(5, 0, 200) { State = "running" });

        Assert.Equal(1, Broken("I1").Counts.Lost);
    }

    [Fact]
    public void Check_AcceptedJobNeverSeen_IsLost() => Assert.Equal(1, Broken("I1").Counts.Lost);

    [Fact]
    public void Check_AcceptedJobThatFailed_IsLostUnlessItsErrorIsDeclared()
    {
        See(new Sighting(5, 0, 200) { State = "failed", Error = "lost-by-broker" });

        Assert.Equal(1, Broken("I1").Counts.Lost);
        var declared = Check(new Allowance { Errors = ["lost-by-broker"] });
        Assert.Empty(declared.Violations);
        Assert.Equal((0, 1), (declared.Counts.Lost, declared.Counts.Declared));
    }

    [Theory]
    [InlineData(new[] { "a" }, 0)]
    [InlineData(new[] { "a", "a" }, 0)]
    [InlineData(new string[0], 1)]
    [InlineData(new[] { "a", "b" }, 1)]
    public void Check_Webhooks_TellEachEndInTheSameWords(string[] bodies, int violations)
    {
        See(Succeeded(42));
        _run.WantsEvents = true;
        Array.ForEach(bodies, body => _run.Events.Enqueue(new EventSeen(Id, "evt", body)));

        Assert.Equal(violations, Check().Violations.Count(violation => violation.Invariant == "I4"));
    }

    [Theory]
    [InlineData("failed", "worker-crashed", true)]
    [InlineData("failed", "inference-failed", false)]
    [InlineData("succeeded", null, false)]
    public void Check_JobThatMustFail_IsRightOnlyWithItsError(string state, string? error, bool right)
    {
        var job = new JobHistory("k2", 7) { MustFail = "worker-crashed" };
        job.Attempts.Enqueue(new Attempt(0, 0.1, 202, JobId: "p0002a"));
        job.Sightings.Enqueue(new Sighting(5, 0, 200) { State = state, Error = error, Answer = 7 });
        _run.Jobs.Enqueue(job);
        _stored.Add(new("p0002a", "k2", state, 3));
        See(Succeeded(42));

        Assert.Equal(right ? 0 : 1, Check(new Allowance { ExtraRuns = 2 }).Counts.Lost);
    }

    [Theory]
    [InlineData(404, "job-not-found")]
    [InlineData(410, "result-lost")]
    [InlineData(410, "result-expired")]
    public void Check_AcceptedJobThatIsGone_IsLost(int status, string problem)
    {
        See(Succeeded(42));
        See(new Sighting(6, 0, status, problem));

        Assert.Equal(1, Broken("I1").Counts.Lost);
    }

    [Fact]
    public void Check_GoneForAWhile_IsAFalse404EvenWhenItEndsWell()
    {
        See(new Sighting(4, 0, 404, "job-not-found"));
        See(Succeeded(42));

        Broken("I1");
    }

    [Fact]
    public void Check_DeclaredLoss_AllowsResultLostButNot404()
    {
        var allowed = new Allowance { DeclaredLoss = true };
        See(new Sighting(5, 0, 410, "result-lost"));
        Assert.Empty(Check(allowed).Violations);
        Assert.Equal(1, Check(allowed).Counts.Declared);

        See(new Sighting(6, 0, 404, "job-not-found"));
        Broken("I1", allowed);
    }

    [Fact]
    public void Check_JobNobodySubmitted_IsUnexpected()
    {
        See(Succeeded(42));
        _stored.Add(new("p0001b", "k2", "succeeded", 1));

        Assert.Equal(1, Broken("I2").Counts.Unexpected);
    }

    [Fact]
    public void Check_JobWithoutAKey_IsUnexpected()
    {
        See(Succeeded(42));
        _stored.Add(new("p0001b", null, "succeeded", 1));

        Assert.Equal(1, Broken("I2").Counts.Unexpected);
    }

    [Fact]
    public void Check_TwoJobsForOneKey_AreDuplicated()
    {
        See(Succeeded(42));
        _stored.Add(new("p0001b", "k1", "succeeded", 1));

        Assert.Equal(1, Broken("I3").Counts.Duplicated);
    }

    [Fact]
    public void Check_TwoIdsToldForOneKey_AreDuplicated()
    {
        See(Succeeded(42));
        _job.Attempts.Enqueue(new Attempt(1, 0.1, 202, JobId: "p0001b"));

        Assert.Equal(1, Broken("I3").Counts.Duplicated);
    }

    [Theory]
    [InlineData("failed", "10:00", 1)]
    [InlineData("succeeded", "10:01", 1)]
    [InlineData("succeeded", "10:00", 2)]
    public void Check_EndThatChanges_IsDuplicated(string state, string finishedAt, int runs)
    {
        See(Succeeded(42) with { State = state, FinishedAt = finishedAt, Runs = runs });
        See(Succeeded(42));

        Assert.Equal(1, Broken("I3").Counts.Duplicated);
    }

    [Fact]
    public void Check_AnswerOfAnotherJob_IsSeen()
    {
        See(Succeeded(43));

        Assert.Equal(1, Broken("I5").Counts.Lost);
    }

    [Fact]
    public void Check_MoreRunsThanTheFaultsExplain_IsSeen()
    {
        See(Succeeded(42));
        _stored[0] = _stored[0] with { Runs = 2 };
        Assert.Empty(Check().Violations);

        _stored[0] = _stored[0] with { Runs = 3 };
        Broken("I6");
    }

    [Fact]
    public void Check_IdToldIn503ThatNeverEnds_IsSeen()
    {
        _job.Attempts.Clear();
        _job.Attempts.Enqueue(new Attempt(0, 5, 503, "enqueue-unconfirmed", Id));
        _stored.Clear();
        See(new Sighting(5, 0, 200) { State = "queued" });

        Assert.Equal(0, Broken("I7").Counts.Lost);
    }

    [Fact]
    public void Check_ListedJobThatHasNotEnded_IsSeen()
    {
        See(Succeeded(42));
        _stored[0] = _stored[0] with { State = "running" };

        Broken("I7");
    }

    [Fact]
    public void Check_UnconfirmedJobThatEnds_IsRecovered()
    {
        _job.Attempts.Clear();
        _job.Attempts.Enqueue(new Attempt(0, 5, 503, "enqueue-unconfirmed", Id));
        See(new Sighting(5, 0, 200) { State = "failed", Error = "enqueue-failed" });

        var verdict = Check();

        Assert.Empty(verdict.Violations);
        Assert.Equal((0, 1), (verdict.Counts.Acknowledged, verdict.Counts.Recovered));
    }

    [Fact]
    public void Check_JobWithoutAnAnswerThatIsListed_IsRecovered()
    {
        _job.Attempts.Clear();
        _job.Attempts.Enqueue(new Attempt(0, 1, null, "connection"));

        Assert.Equal(1, Check().Counts.Recovered);
    }

    [Fact]
    public void Check_RepeatThatIsToldOfAFailure_WasNeverAccepted()
    {
        _job.Attempts.Clear();
        _job.Attempts.Enqueue(new Attempt(0, 5, 503, "enqueue-unconfirmed", Id));
        _job.Attempts.Enqueue(new Attempt(9, 1, 200, JobId: Id) { State = "failed" });
        See(new Sighting(10, 0, 200) { State = "failed", Error = "enqueue-failed" });

        Assert.Empty(Check().Violations);
        _job.Attempts.Enqueue(new Attempt(1, 1, 202, JobId: Id) { State = "queued" });
        Broken("I1");
    }

    [Fact]
    public void Check_SomethingLeft_IsSeen()
    {
        See(Succeeded(42));
        _left["open"] = 1;

        Broken("I8");
    }

    [Fact]
    public void Check_ParkedMessages_AreAllowedOnlyAsFarAsTheScenarioSays()
    {
        See(Succeeded(42));
        _left["parked"] = 1;

        Broken("I8");
        Assert.Empty(Check(new Allowance { Parked = 1 }).Violations);
    }

    [Fact]
    public void Check_SlowAnswers_AreSeen()
    {
        See(Succeeded(42) with { Took = 4 });
        Broken("I9");
        Assert.Empty(Check(new Allowance { Slack = 2 }).Violations);

        _job.Attempts.Enqueue(new Attempt(6, 9, 202, JobId: Id));
        Broken("I9", new Allowance { Slack = 2 });
        Assert.Empty(Check(new Allowance { Silence = true }).Violations);
    }

    [Fact]
    public void Check_CallsWithoutAnAnswer_AreSeen()
    {
        See(Succeeded(42));
        See(new Sighting(6, 1, null, "timeout"));
        Broken("I9");
        Assert.Empty(Check(new Allowance { Silence = true }).Violations);
    }

    [Fact]
    public void Check_SubmissionWithoutAnAnswer_IsSeen()
    {
        See(Succeeded(42));
        _job.Attempts.Enqueue(new Attempt(6, 1, null, "timeout"));

        Broken("I9");
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    public void Check_ServerErrors_AreSeen(int status)
    {
        See(Succeeded(42));
        _job.Attempts.Enqueue(new Attempt(6, 1, status, "internal-error"));

        Broken("I9");
    }

    [Fact]
    public void Check_ReadAnsweredWithAServerError_IsSeen()
    {
        See(new Sighting(4, 0, 500, "internal-error"));
        See(Succeeded(42));

        Broken("I9");
    }

    [Fact]
    public void Check_HostThatHangs_IsSeen()
    {
        See(Succeeded(42));
        _run.BadExits.Enqueue("worker 1 did not end within 40 s.");

        Broken("I9");
    }

    [Fact]
    public void Check_FaultThatDidNotHappen_ShowsNothing()
    {
        See(Succeeded(42));
        _run.Faults.Enqueue(new FaultRecord("drop a confirm", 3, 4, null));

        Broken("F");
    }

    [Fact]
    public void Check_NoFaultAtAll_ShowsNothing()
    {
        See(Succeeded(42));
        _run.Faults.Clear();

        Broken("F");
    }

    private static Sighting Succeeded(double answer) => new(5, 0, 200) { State = "succeeded", Answer = answer, FinishedAt = "10:00", Runs = 1 };

    private void See(Sighting sighting) => _job.Sightings.Enqueue(sighting);

    private Verdict Check(Allowance? allowed = null) => Checker.Check(_run, new StoreState(_stored, _left), allowed ?? new Allowance());

    private Verdict Broken(string invariant, Allowance? allowed = null)
    {
        var verdict = Check(allowed);
        Assert.NotEmpty(verdict.Violations);
        Assert.All(verdict.Violations, violation => Assert.Equal(invariant, violation.Invariant is "I1" && invariant is "I5" ? "I5" : violation.Invariant));
        return verdict;
    }
}
