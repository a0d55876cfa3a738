using System.Collections.Concurrent;

namespace QueueInference.Worker.Jobs;

/// <summary>A broker message whose jobs are not all settled yet. A redelivery of the same message waits on the same hold: it is adopted.</summary>
internal sealed class MessageHold(string messageId)
{
    private readonly TaskCompletionSource<bool> _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _open = 1;
    private volatile bool _givenBack, _adopted;

    public string MessageId => messageId;

    /// <summary>The broker delivered it again meanwhile, so another worker may have had it, and died, in between.</summary>
    public bool Adopted => _adopted;

    public void Adopt() => _adopted = true;

    /// <summary>Ends when every job is settled; true when the message is to be given back.</summary>
    public Task<bool> Settled => _settled.Task;

    /// <summary>One more job to wait for.</summary>
    public void Add() => Interlocked.Increment(ref _open);

    /// <summary>One job, or the intake itself, is done with this message.</summary>
    /// <param name="giveBack">The job was released, so the message must come again.</param>
    public void Settle(bool giveBack = false)
    {
        if (giveBack)
        {
            // Never written back as false: jobs settle at the same time, and one of them may just have given it back.
            _givenBack = true;
        }

        if (Interlocked.Decrement(ref _open) == 0)
        {
            _settled.TrySetResult(_givenBack);
        }
    }
}

/// <summary>Everything this worker holds.</summary>
internal sealed class HeldJobs
{
    private readonly ConcurrentDictionary<string, MessageHold> _messages = new();
    private readonly ConcurrentDictionary<HeldJob, byte> _jobs = new();

    /// <summary>All held jobs, at this moment.</summary>
    public ICollection<HeldJob> Jobs => _jobs.Keys;

    /// <summary>Whether nothing is held.</summary>
    public bool IsEmpty => _jobs.IsEmpty;

    /// <summary>The hold of a message; <c>New</c> is false when it was held already.</summary>
    public (MessageHold Hold, bool New) Hold(string messageId)
    {
        var mine = new MessageHold(messageId);
        var hold = _messages.GetOrAdd(messageId, mine);
        var isNew = ReferenceEquals(hold, mine);
        if (!isNew)
        {
            hold.Adopt();
        }

        return (hold, isNew);
    }

    public void Forget(MessageHold hold) => _messages.TryRemove(new(hold.MessageId, hold));

    public void Add(HeldJob job)
    {
        job.Message.Add();
        _jobs.TryAdd(job, 0);
    }

    /// <summary>The lease was lost. An adopted message may be the last copy there is, so the next claim decides whether the job is done.</summary>
    public void SettleLost(HeldJob job) => Settle(job, giveBack: job.Message.Adopted);

    /// <summary>The job is terminal, another's, or given back.</summary>
    public void Settle(HeldJob job, bool giveBack = false)
    {
        if (_jobs.TryRemove(job, out _))
        {
            job.Message.Settle(giveBack);
        }
    }
}
