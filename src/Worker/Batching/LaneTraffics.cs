using QueueInference.Worker.Jobs;

namespace QueueInference.Worker.Batching;

/// <summary>Several that look at the traffic.</summary>
internal sealed class LaneTraffics(params ILaneTraffic[] all) : ILaneTraffic
{
    public void Took(ModelLane lane, HeldJob job)
    {
        foreach (var one in all)
        {
            one.Took(lane, job);
        }
    }

    public void Ran(ModelLane lane, IReadOnlyList<PartOutcome> parts)
    {
        foreach (var one in all)
        {
            one.Ran(lane, parts);
        }
    }
}
