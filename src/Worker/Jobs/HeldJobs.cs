using System.Collections.Concurrent;

namespace QueueInference.Worker.Jobs;

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
        return (hold, ReferenceEquals(hold, mine));
    }

    public void Forget(MessageHold hold) => _messages.TryRemove(new(hold.MessageId, hold));

    public void Add(HeldJob job)
    {
        job.Message.Add();
        _jobs.TryAdd(job, 0);
    }

    /// <summary>The lease was lost: another worker has the job, or it has ended, or the store has forgotten it and this message is all there is. The next claim finds out which.</summary>
    public void SettleLost(HeldJob job) => Settle(job, giveBack: true);

    /// <summary>The job is terminal, another's, or given back.</summary>
    public void Settle(HeldJob job, bool giveBack = false)
    {
        if (_jobs.TryRemove(job, out _))
        {
            job.FreeMemory();
            job.Message.Settle(giveBack);
        }
    }
}
