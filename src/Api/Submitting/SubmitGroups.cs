using QueueInference.Core.Messaging;
using System.Collections.Concurrent;
using QueueInference.Contracts;

namespace QueueInference.Api.Submitting;

/// <summary>The submit groups of this process.</summary>
internal sealed class SubmitGroups(GroupSender sender)
{
    private readonly ConcurrentDictionary<(string Queue, string Partition), SubmitGroup> _groups = new();

    /// <summary>Sends a job with its group; ends when it is accepted or refused.</summary>
    public Task<SubmitOutcome> SendAsync(PendingSubmit submit, int maxGroupJobs)
    {
        var key = (QueueNames.Of(submit.Job.Spec), submit.Job.Id.Partition);
        var group = _groups.GetOrAdd(key, _ => new SubmitGroup(sender));
        group.MaxGroupJobs = maxGroupJobs;
        group.Add(submit);
        return submit.Done;
    }
}
