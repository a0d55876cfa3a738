namespace QueueInference.Core.Hosting;

/// <summary>The places that have a name.</summary>
public static class FailpointNames
{
    /// <summary>An idempotency key is bound to a job that nobody knows yet.</summary>
    public const string AfterKey = "api.after-key";

    /// <summary>Submissions are about to be written.</summary>
    public const string BeforeReserve = "api.before-reserve";

    /// <summary>Submissions are written and not published.</summary>
    public const string AfterReserve = "api.after-reserve";

    /// <summary>Jobs are published, and the store does not know it.</summary>
    public const string AfterPublish = "api.after-publish";

    /// <summary>Jobs are accepted, and no caller knows it.</summary>
    public const string AfterConfirm = "api.after-confirm";

    /// <summary>A sweep has judged jobs, and published none again.</summary>
    public const string AfterSweep = "sweep.after-script";

    /// <summary>A job was published again.</summary>
    public const string AfterRepublish = "sweep.after-republish";

    /// <summary>A delivery is hidden from other dispatchers, and not sent.</summary>
    public const string AfterTake = "webhook.after-take";

    /// <summary>A webhook has been sent, and the outbox does not know it.</summary>
    public const string AfterPost = "webhook.after-post";

    /// <summary>A payload is noted and not written.</summary>
    public const string AfterNote = "payload.after-note";

    /// <summary>A payload is written, and no job has taken it.</summary>
    public const string AfterWrite = "payload.after-write";

    /// <summary>A message has come, and its jobs are not claimed.</summary>
    public const string BeforeClaim = "worker.before-claim";

    /// <summary>Jobs are claimed, and do not wait for a batch yet.</summary>
    public const string AfterClaim = "worker.after-claim";

    /// <summary>An attempt is charged to a job that is about to run alone.</summary>
    public const string AfterStart = "worker.after-start";

    /// <summary>A batch is sealed and about to run.</summary>
    public const string BeforeRun = "worker.before-run";

    /// <summary>A batch has run, and nothing of it is written.</summary>
    public const string AfterRun = "worker.after-run";

    /// <summary>Ends are written, and no message is acknowledged.</summary>
    public const string AfterFinish = "worker.after-finish";

    /// <summary>Jobs that have not started are about to be given back.</summary>
    public const string BeforeRelease = "worker.before-release";

    /// <summary>Jobs are given back in the store, and not to the broker.</summary>
    public const string AfterRelease = "worker.after-release";

    /// <summary>A worker that was told to stop takes nothing new.</summary>
    public const string Drain = "worker.drain";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        AfterKey, BeforeReserve, AfterReserve, AfterPublish, AfterConfirm, AfterSweep, AfterRepublish, AfterTake, AfterPost, AfterNote, AfterWrite,
        BeforeClaim, AfterClaim, AfterStart, BeforeRun, AfterRun, AfterFinish, BeforeRelease, AfterRelease, Drain,
    ];
}
