using QueueInference.Worker.Jobs;

namespace QueueInference.Worker.Batching;

/// <summary>Watches what lanes take and run. It must be quick and never throw.</summary>
internal interface ILaneTraffic
{
    /// <summary>A lane has queued a job, whose inputs may be gone after this call.</summary>
    void Took(ModelLane lane, HeldJob job);

    /// <summary>A lane has run parts of jobs.</summary>
    void Ran(ModelLane lane, IReadOnlyList<PartOutcome> parts);
}
