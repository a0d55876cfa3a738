using QueueInference.Contracts;
using QueueInference.Core.Jobs;

namespace QueueInference.Worker.Jobs;

/// <summary>A job that this worker has claimed.</summary>
/// <param name="message">The broker message it came in.</param>
/// <param name="job">Its id and specification.</param>
/// <param name="token">Proves the claim.</param>
/// <param name="attempt">Attempts charged so far.</param>
/// <param name="suspect">Whether it runs alone, after another charge.</param>
/// <param name="claimedAt">Unix milliseconds.</param>
internal sealed class HeldJob(MessageHold message, JobMessage job, string token, int attempt, bool suspect, long claimedAt)
{
    private int _phase = (int)HeldPhase.Waiting;
    private IDisposable? _memory;

    public MessageHold Message => message;
    public JobMessage Job => job;
    public JobSpec Spec => job.Spec;
    public Lease Lease { get; } = new(JobId.Trusted(job.Id), token);
    public long ClaimedAt => claimedAt;

    /// <summary>Attempts charged so far.</summary>
    public int Attempt { get; set; } = attempt;

    /// <summary>Runs alone: it may have killed a worker, or is tried again.</summary>
    public bool Alone { get; set; } = suspect;

    /// <summary>An attempt is charged just before the next run.</summary>
    public bool NeedsStart { get; set; } = suspect;

    /// <summary>The tensors; loaded from the store where the message has none.</summary>
    public IReadOnlyList<Tensor> Inputs { get; set; } = job.Inputs ?? [];

    /// <summary>Rows along the batch axis.</summary>
    public int Rows { get; set; } = 1;

    /// <summary>Rows that batches have taken so far; a job larger than a batch is taken by several.</summary>
    public int RowsTaken { get; set; }

    /// <summary>Rows that wait.</summary>
    public int RowsLeft => Rows - RowsTaken;

    /// <summary>Elements along the sequence axis, where the model has one that is padded.</summary>
    public int? Length { get; set; }

    /// <summary>Collects the outputs of a job that is larger than a batch; else null.</summary>
    public CutJob? Cut { get; set; }

    /// <summary>Equal for jobs that can share a batch.</summary>
    public string ShapeKey { get; set; } = "";

    /// <summary>Whether it must not start any more.</summary>
    /// <param name="now">Unix milliseconds.</param>
    public bool IsExpired(long now) => Spec.Deadline is { } deadline && deadline > 0 && deadline <= now && RowsTaken == 0 && Phase == HeldPhase.Waiting;

    /// <summary>Which of the worker's lanes runs it; null before it has one.</summary>
    public object? Lane { get; set; }

    /// <summary>Where it is within this worker.</summary>
    public HeldPhase Phase => (HeldPhase)Volatile.Read(ref _phase);

    /// <summary>Keeps a share of the memory until the job leaves this worker; not at all when it has left already.</summary>
    public void Keep(IDisposable memory)
    {
        _memory = memory;
        if (Phase == HeldPhase.Gone)
        {
            FreeMemory();
        }
    }

    /// <summary>Gives the share of the memory back.</summary>
    public void FreeMemory() => Interlocked.Exchange(ref _memory, null)?.Dispose();

    /// <summary>Moves it on, for one caller only: the batch loop, the lease keeper and the drain all want it.</summary>
    public bool TryMove(HeldPhase from, HeldPhase to) => Interlocked.CompareExchange(ref _phase, (int)to, (int)from) == (int)from;
}

/// <summary>Where a held job is within its worker.</summary>
internal enum HeldPhase
{
    /// <summary>In the batch queue.</summary>
    Waiting,
    /// <summary>In a batch that runs, or being finished.</summary>
    Started,
    /// <summary>Given back, or no longer ours.</summary>
    Gone,
}
