using System.Collections.Concurrent;
using QueueInference.Contracts;

namespace QueueInference.Api.Submitting;

/// <summary>The submit groups of this process, each with a loop of its own.</summary>
internal sealed class SubmitGroups(GroupSender sender, IHostApplicationLifetime lifetime)
{
    private readonly ConcurrentDictionary<(string Model, JobPriority Priority, string Partition), Lazy<SubmitGroup>> _groups = new();

    /// <summary>Sends a job with its group; ends when it is accepted or refused.</summary>
    public Task<SubmitOutcome> SendAsync(PendingSubmit submit, int maxGroupJobs)
    {
        var key = (submit.Job.Spec.Model, submit.Job.Spec.Priority, submit.Job.Id.Partition);
        var group = _groups.GetOrAdd(key, _ => new Lazy<SubmitGroup>(Start)).Value;
        group.MaxGroupJobs = maxGroupJobs;
        group.Add(submit);
        return submit.Done;
    }

    private SubmitGroup Start()
    {
        var group = new SubmitGroup(sender);
        _ = group.RunAsync(lifetime.ApplicationStopped);
        return group;
    }
}
