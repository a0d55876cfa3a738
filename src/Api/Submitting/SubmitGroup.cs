using QueueInference.Core.Gathering;
using QueueInference.Core.Messaging;

namespace QueueInference.Api.Submitting;

/// <summary>Submissions of one model and priority move together.</summary>
internal sealed class SubmitGroup
{
    private const int MaxInFlight = 3;
    private readonly Gatherer<PendingSubmit> _gatherer;

    public SubmitGroup(GroupSender sender) => _gatherer = new(MaxInFlight, Share, sender.SendAsync);

    /// <summary>Most jobs of one message, by the model's row cost.</summary>
    public int MaxGroupJobs { get; set; } = 1;

    public void Add(PendingSubmit submit) => _gatherer.Add(submit);

    private double Share(PendingSubmit submit) =>
        Math.Max(1d / Math.Clamp(MaxGroupJobs, 1, JobGroup.MaxJobs), (double)submit.Size / JobGroup.MaxBytes);
}
